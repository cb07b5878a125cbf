"""How a report is told: facts and own texts become sections."""
