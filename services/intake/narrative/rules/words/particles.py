"""Words of names that are written small, of every language we know some of."""

from typing import Final

WORDS: Final = """
    a ab abu af al am ap auf aus av ben bin bint d da das de dei degli del dela della delle dello den der des di do
    dos du e el en het i ibn im in la las le les lo los mac mc na nic o of op os s saint san sao santa st sur t te
    ten ter the und van vander vom von y ze zu zum zur
"""
