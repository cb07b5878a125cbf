"""The bell: the reminders of the mail, inside the product, for as long as they hold."""
