"""`nixlite why`: where an attribute comes from."""

from __future__ import annotations

from nixlite.cli.explaining import Explaining


class Why(Explaining):
    """The command line of `nixlite why`."""

    usage = "nixlite why [flags] [FILE] [--expr EXPR] [ATTRPATH]"
    description = "Where was an attribute's value written, which layers did it pass, and what does it read?"

    def run(self) -> int:
        """Explain one attribute."""
        from nixlite.explain import cycles
        from nixlite.explain.why import explain, show

        found = self.make_program().run()
        if found.error is not None:
            self.host.write_stdout(cycles.show(found, self.settings.cwd))
            raise found.error
        answer = explain(found, self.path, self.read_depth())
        self.write(show(answer, self.settings.cwd) + cycles.show(found, self.settings.cwd), answer)
        return 1 if answer.error else 0
