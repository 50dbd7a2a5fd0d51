"""A partner's own id must not be one by which others could find the person."""

import pytest

from services.intake.contacts.rules.external import looks_personal


@pytest.mark.parametrize(
    "id",
    ["2125550143", "1-212-555-0143", "123-45-6789", "943/476/5919", "QQ123456C", "qq-12-34-56-c", "RSSMRA85T10A562S",
     "255081416802538", "12345678Z", "X1234567L", "491570006"],
)  # fmt: skip
def test_shaped_like_a_phone_number_or_a_national_id(id: str) -> None:
    assert looks_personal(id)


@pytest.mark.parametrize(
    "id", ["OH-2041-77", "1000234", "20410077", "0198c0de-0000-7000-8000-000000000001", "lead/7", "A", "REF12345678Z"]
)
def test_an_id_of_the_partners_own_making(id: str) -> None:
    assert not looks_personal(id)
