import io

from bounces.sources.files import Found, UnreadableError, read_paths, read_stream, total_size

LIMIT = 1000
FROM = b"From a@example.com Fri Nov 20 12:00:00 2026\n"


def raws(found):
    return [f.raw for f in found if isinstance(f, Found)]


def test_a_file_is_one_message(tmp_path):
    path = tmp_path / "one.eml"
    path.write_bytes(b"Subject: x\n\nhello\n")
    [found] = read_paths([path], LIMIT)
    assert (found.raw, found.size, found.where) == (b"Subject: x\n\nhello\n", 18, str(path))


def test_an_mbox_is_split_and_unquoted(tmp_path):
    path = tmp_path / "box"
    path.write_bytes(
        b"From a@example.com Fri Nov 20 12:00:00 2026\nSubject: 1\n\nFrom inside a paragraph\n"
        b">From quoted\n>>From twice\n\n"
        b"From b@example.com Fri Nov 20 12:00:00 2026\r\nSubject: 2\r\n\r\nhi\r\n"
    )
    [first, second] = read_paths([path], LIMIT)
    assert first.raw == b"Subject: 1\n\nFrom inside a paragraph\nFrom quoted\n>From twice\n\n"
    assert second.raw == b"Subject: 2\r\n\r\nhi\r\n"
    assert second.where == f"{path}#2"


def test_a_maildir_is_read_without_what_is_still_being_delivered(tmp_path):
    for folder in ("new", "cur", "tmp"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1").write_bytes(folder.encode())
    assert raws(read_paths([tmp_path], LIMIT)) == [b"new", b"cur"]


def test_any_other_folder_is_read_with_all_below_it(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.eml").write_bytes(b"a")
    (tmp_path / "b.eml").write_bytes(b"b")
    (tmp_path / ".hidden").write_bytes(b"c")
    assert raws(read_paths([tmp_path], LIMIT)) == [b"b", b"a"]


def test_a_missing_file_does_not_hold_up_the_rest(tmp_path):
    path = tmp_path / "one.eml"
    path.write_bytes(b"x")
    error, found = read_paths([tmp_path / "none.eml", path], LIMIT)
    assert isinstance(error, UnreadableError)
    assert "No such file" in str(error)
    assert found.raw == b"x"


def test_a_long_message_is_cut_while_it_is_read(tmp_path):
    found = read_stream(io.BytesIO(b"x" * 3_000_000), "-", LIMIT)
    assert (len(found.raw), found.size) == (LIMIT, 3_000_000)
    box = tmp_path / "box"
    box.write_bytes(FROM + b"y" * 5000 + b"\n\n" + FROM + b"z\n")
    first, second = read_paths([box], LIMIT)
    assert (len(first.raw), first.size, second.raw) == (LIMIT, 5002, b"z\n")


def test_a_pipes_from_line_belongs_to_no_message():
    found = read_stream(io.BytesIO(b"From a@b Fri\nSubject: x\n\ny"), "-", LIMIT)
    assert (found.raw, found.size) == (b"Subject: x\n\ny", 13)


def test_the_size_of_all_files_is_known_before(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "b").write_bytes(b"123")
    assert total_size([tmp_path]) == 8
