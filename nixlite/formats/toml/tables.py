"""TOML's tables, and the rules about which of them may be added to."""

from __future__ import annotations

from nixlite.formats.toml.text import Fault, Region

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Table:
    """A table. *form* tells how it was defined: "explicit" by a header of its own, "implicit" by that of a
    table inside it, "dotted" by a dotted key, "inline" in braces.
    """

    __slots__ = ("form", "members")

    def __init__(self, form: str) -> None:
        self.form = form
        self.members: dict[str, Entry] = {}


class Array:
    """An array; *is_open* when it was made by `[[…]]` headers, which may add to it."""

    __slots__ = ("is_open", "items")

    def __init__(self, items: list[Any], is_open: bool) -> None:
        self.items = items
        self.is_open = is_open

    @property
    def has_tables(self) -> bool:
        """Whether there are elements, all of them tables."""
        return bool(self.items) and all([type(item) is Table for item in self.items])


class Entry:
    """A value under a name, and where it was defined."""

    __slots__ = ("region", "value")

    def __init__(self, value: Any, region: Region) -> None:
        self.value = value
        self.region = region


def insert(kind: str, table: Table, names: list[str], region: Region, entry: Entry) -> Table | None:
    """Put *entry* under a dotted name into *table*; returns the table whose members follow, if any.

    *kind*: "key" for `a.b = …`, "table" for `[a.b]`, "array" for `[[a.b]]`; *region* is that of the name.
    Raises Fault where TOML forbids it.
    """
    for name in names[:-1]:
        table = step_into(kind, table, name, region)
    name = names[-1]
    found = table.members.get(name)
    if kind == "key":
        if found is not None:
            title = "toml::insert_value: failed to insert a value, value already exists"
            raise clash(title, region, "inserting this", found, "but value already exists")
        table.members[name] = entry
        return None
    if kind == "table":
        return insert_table(table, name, found, region, entry)
    return insert_into_array(table, name, found, region, entry)


def clash(title: str, region: Region, remark: str, found: Entry, about: str) -> Fault:
    """An error with two places."""
    return Fault(title, (region, remark), (found.region, about))


def step_into(kind: str, table: Table, name: str, region: Region) -> Table:
    """The table *name* inside *table*, made when it is not there."""
    found = table.members.get(name)
    if found is None:
        inner = Table("dotted" if kind == "key" else "implicit")
        table.members[name] = Entry(inner, region)
        return inner
    value = found.value
    if type(value) is Table:
        if value.form == "inline":
            title = "toml::insert_value: failed to insert a value: inline table is immutable"
            raise clash(title, region, "inserting this", found, "to this table")
        if kind == "key" and value.form != "dotted":
            title = "toml::insert_value: reopening a table using dotted keys"
            remark = "dotted key cannot reopen a table"
            raise clash(title, region, remark, found, "this table is already closed")
        return value
    if type(value) is Array and value.has_tables:
        if not value.is_open:
            title = "toml::insert_value:inline array of tables are immutable"
            raise clash(title, region, "inserting this", found, "inline array of tables")
        if kind == "key":
            title = "toml::insert_value:dotted key cannot reopen an array-of-tables"
            raise clash(title, region, "inserting this", found, "to this array-of-tables.")
        last: Table = value.items[-1]
        return last
    title = "toml::insert_value: failed to insert a value, value already exists"
    raise clash(title, region, "while inserting this", found, "non-table value already exists")


def insert_table(table: Table, name: str, found: Entry | None, region: Region, entry: Entry) -> Table:
    """`[a.b]`, at its last name: a new table, or one that was implicit until now."""
    made: Table = entry.value
    if found is None:
        table.members[name] = entry
        return made
    value = found.value
    if type(value) is not Table or value.form != "implicit":
        title = "toml::insert_value: failed to insert a table, table already defined"
        raise clash(title, region, "inserting this", found, "this table is explicitly defined")
    value.form = "explicit"
    found.region = region
    return value


def insert_into_array(table: Table, name: str, found: Entry | None, region: Region, entry: Entry) -> Table:
    """`[[a.b]]`, at its last name: a new array of tables, or one more element."""
    made: Table = entry.value
    if found is None:
        table.members[name] = Entry(Array([made], True), region)
        return made
    value = found.value
    if type(value) is not Array or not value.has_tables:
        title = "toml::insert_value: failed to insert an array of tables, value already exists"
        raise clash(title, region, "while inserting this", found, "non-table value already exists")
    if not value.is_open:
        title = "toml::insert_value: failed to insert a table, inline array of tables is immutable"
        raise clash(title, region, "while inserting this", found, "this is inline array-of-tables")
    value.items.append(made)
    return made
