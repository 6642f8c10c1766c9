"""Makes the pages of the web site from the notebooks and docs, without running anything.

`course` knows what there is, `prose` turns mentions into links, `figures` and `films` prepare
pictures, `solutions` folds what solves an exercise, `notebooks` puts a page together, `pages`
writes the pages that no single notebook makes, and `tidying` removes what Sphinx leaves over.
"""
