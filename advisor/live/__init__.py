"""What is asked of the cloud itself: price quotes and live inventories. Nothing here runs unless a command asks for it."""
