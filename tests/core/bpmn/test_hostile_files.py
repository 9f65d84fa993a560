"""A hostile or broken file is refused with a sentence, before a tree is built."""

import pytest

from processes.core import xml
from processes.core.bpmn import read
from processes.core.bpmn.xml import BPMN
from tests.core.bpmn.build import file, refused, straight, user_task

OPEN = f'<definitions xmlns="{BPMN}">'
CLOSE = "</definitions>"


@pytest.fixture
def no_tree(monkeypatch):
    """Fail the test when a tree is built from what must be refused before."""

    def built(_text):
        raise AssertionError("a tree was built")

    monkeypatch.setattr(xml, "tree", built)


def test_a_document_type_is_refused(no_tree):
    finding = refused(f"<!DOCTYPE definitions>{OPEN}{CLOSE}".encode(), "doctype", None)
    assert "<!DOCTYPE" in finding.hint


def test_a_billion_laughs_are_refused(no_tree):
    entities = '<!ENTITY l0 "ha">' + "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)
    )
    refused(f"<!DOCTYPE x [{entities}]>{OPEN}&l9;{CLOSE}".encode(), "doctype", None)


def test_an_external_entity_is_refused(no_tree):
    doctype = '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
    refused(f"{doctype}{OPEN}&secret;{CLOSE}".encode(), "doctype", None)


def test_a_parameter_entity_is_refused(no_tree):
    doctype = '<!DOCTYPE x [<!ENTITY % far SYSTEM "http://example.org/x.dtd"> %far;]>'
    refused(f"{doctype}{OPEN}{CLOSE}".encode(), "doctype", None)


def test_an_entity_that_nobody_defines_is_refused(no_tree):
    refused(f"{OPEN}&secret;{CLOSE}".encode(), "malformed", None)


def test_including_another_file_is_refused():
    include = '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'
    refused(f"{OPEN}{include}{CLOSE}".encode(), "include", None)


def test_two_hundred_thousand_levels_are_refused(no_tree):
    source = (OPEN + "<a>" * 200_000 + "</a>" * 200_000 + CLOSE).encode()
    finding = refused(source, "too-deep", None)
    assert "100 levels" in finding.sentence


def test_two_hundred_thousand_elements_side_by_side_are_refused(no_tree):
    refused((OPEN + "<a/>" * 200_000 + CLOSE).encode(), "too-many-elements", None)


def test_an_element_with_thousands_of_attributes_is_refused(no_tree):
    attributes = " ".join(f'a{n}="1"' for n in range(5_000))
    refused(f"{OPEN}<a {attributes}/>{CLOSE}".encode(), "too-many-attributes", None)


def test_fifty_megabytes_are_refused_unread(monkeypatch):
    def read_anyway(_text):
        raise AssertionError("the text was read")

    monkeypatch.setattr(xml, "utf8", read_anyway)
    finding = refused(b" " * 50_000_000, "file-too-large", None)
    assert "50,000,000" in finding.sentence


@pytest.mark.parametrize(
    "source",
    [
        f'<?xml version="1.0" encoding="UTF-7"?>{OPEN}{CLOSE}'.encode(),
        f'<?xml version="1.0" encoding="IBM037"?>{OPEN}{CLOSE}'.encode(),
        f'<?xml version="1.0" encoding="UTF-16"?>{OPEN}{CLOSE}'.encode(),
        f"{OPEN}{CLOSE}".encode("utf-16"),
        f"{OPEN}{CLOSE}".encode("utf-16-le"),
        f"{OPEN}{CLOSE}".encode("utf-16-be"),
        f"{OPEN}{CLOSE}".encode("utf-32"),
        f'{OPEN}<process id="caf\u00e9"/>{CLOSE}'.encode("latin-1"),
        f'<?xml version="1.0" encoding="latin1"?>{OPEN}<a b="\u00e9"/>{CLOSE}'.encode(),
    ],
)
def test_anything_but_utf_8_is_refused(no_tree, source):
    finding = refused(source, "encoding", None)
    assert "UTF-8" in finding.hint


def test_utf_7_without_saying_so_is_no_xml(no_tree):
    refused(b"+ADwAIQ-DOCTYPE x+AD4APA-definitions+AC8APg-", "not-xml", None)


def test_plain_ascii_may_call_itself_windows_1252():
    source = straight(("task", user_task())).replace(b"UTF-8", b"WINDOWS-1252")
    assert read(source).ok


def test_a_byte_order_mark_before_utf_8_is_accepted():
    assert read(b"\xef\xbb\xbf" + straight(("task", user_task()))).ok


@pytest.mark.parametrize("source", [b"", b"  \n", b"\xef\xbb\xbf \n"])
def test_an_empty_file_is_refused(source):
    reading = read(source)
    assert [finding.code for finding in reading.findings] in (["empty-file"], ["not-xml"])


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "encoding"),
        (b"PK\x03\x04 a zip", "not-xml"),
        (b'{"id": "p"}', "not-xml"),
        (b"<html><body/></html>", "not-bpmn"),
        (b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>', "not-bpmn"),
        (b"<definitions/>", "not-bpmn"),
        (OPEN.encode(), "malformed"),
        (f"{OPEN}<a></b>{CLOSE}".encode(), "malformed"),
        (f"{OPEN}<nobody:knows/>{CLOSE}".encode(), "malformed"),
        (f"{OPEN}\x0b{CLOSE}".encode(), "malformed"),
        (f"{OPEN}{CLOSE}{OPEN}{CLOSE}".encode(), "malformed"),
    ],
)
def test_what_is_no_bpmn_is_refused_by_what_it_is(source, code):
    refused(source, code, None)


def test_a_broken_file_is_told_with_its_line():
    finding = refused(f"{OPEN}\n\n  <process id=p/>\n{CLOSE}".encode(), "malformed", None)
    assert "line 3" in finding.sentence


def test_comments_and_processing_instructions_are_left_out():
    source = straight(("task", user_task())).replace(
        b"<process", b"<?php system('x') ?><!-- <!DOCTYPE not meant --><process"
    )
    assert read(source).ok


def test_more_steps_than_a_person_could_follow_are_refused():
    steps = "".join(f'<userTask id="t{n}"/>' for n in range(3_001))
    finding = refused(file(steps), "too-many-steps", None, "unsupported")
    assert "3,001" in finding.sentence


def test_no_more_findings_are_told_than_a_person_can_read():
    source = file("".join(f'<implicitThrowEvent id="t{n}"/>' for n in range(1_000)))
    findings = read(source).findings
    assert len(findings) == 201
    assert findings[-1].code == "more-findings"
