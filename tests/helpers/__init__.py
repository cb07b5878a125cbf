"""What tests share: databases, the cast, the visitor, and the walls around a test."""
