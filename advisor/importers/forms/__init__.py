"""One module a form: each knows how its files look and where in them the records lie."""
