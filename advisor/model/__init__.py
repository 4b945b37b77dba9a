"""The nouns of the product, frozen: nothing here knows where it came from or where it goes."""
