answer:
let
  later = answer.tool.overrideAttrs { version = "2"; };
  other = answer.byArgument.override { version = "2"; };
in
{
  "tool is version 1" = {
    expr = [
      answer.tool.name
      answer.tool.url
    ];
    expected = [
      "tool-1"
      "https://example.org/tool-1.tar"
    ];
  };
  "overridden, its url follows" = {
    expr = later.url;
    expected = "https://example.org/tool-2.tar";
  };
  "overridden, its greeting follows" = {
    expr = later.greeting;
    expected = "This is tool, version 2";
  };
  "byArgument is version 1" = {
    expr = answer.byArgument.url;
    expected = "https://example.org/tool-1.tar";
  };
  "byArgument, overridden" = {
    expr = [
      other.name
      other.url
      other.greeting
    ];
    expected = [
      "tool-2"
      "https://example.org/tool-2.tar"
      "This is tool, version 2"
    ];
  };
}
