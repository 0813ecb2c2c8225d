answer: {
  "the port is 443" = {
    expr = answer.changed.server.port;
    expected = 443;
    attr = "changed.server.port";
  };
  "the host is still there" = {
    expr = answer.changed.server.host or "(gone)";
    expected = "example.org";
  };
  "tls is on" = {
    expr = answer.changed.server.tls.on or "(gone)";
    expected = true;
  };
  "the key is still there" = {
    expr = answer.changed.server.tls.key or "(gone)";
    expected = "k1";
  };
  "nothing else has come or gone" = {
    expr = [
      (builtins.attrNames answer.changed)
      (builtins.attrNames answer.changed.server)
      answer.changed.name
    ];
    expected = [
      [
        "name"
        "server"
      ]
      [
        "host"
        "port"
        "tls"
      ]
      "shop"
    ];
  };
}
