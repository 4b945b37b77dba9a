"""What is asked of the cloud itself: price quotes, live inventories. Nothing here runs unless a command asks for it."""
