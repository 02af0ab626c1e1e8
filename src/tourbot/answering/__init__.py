"""Questions → answers over one generation: the ways to answer one, and how it is cited."""
