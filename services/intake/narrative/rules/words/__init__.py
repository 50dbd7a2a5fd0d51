"""Our own words, a file a language: what is a sign of narrative, and what only looks like one.

Words stand as they are written, in lower case; `*` at the end: whatever goes on from there; `_` between two words that
are a sign only side by side. They are compared without accents. A word that is a usual name somewhere (Cancer, Rak,
Dolores, Gicht) stands under NAMESAKE or nowhere, never under ILLNESS.
"""
