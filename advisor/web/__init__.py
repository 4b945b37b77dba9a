"""The screens: widgets over ``advisor.api``; nothing is worked out here that the command line could not say."""
