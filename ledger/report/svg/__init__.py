"""Pictures for pages: each a function from values to one `<svg>`, whose colours the page's style decides.

Vega draws a picture in thirty milliseconds or more, which the pages of ten thousand experiments cannot pay; there its
pictures are drawn on demand, in the browser.
"""
