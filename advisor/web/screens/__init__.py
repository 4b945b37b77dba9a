"""One module a screen; each has ``show()``."""
