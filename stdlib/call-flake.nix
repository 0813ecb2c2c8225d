
# A flake with its inputs, as its lock file has them. Traces tell of places in this file as in Nix's own
# «flakes-internal»/call-flake.nix, and quote the lines there: those that a trace can quote read as Nix
# prints them, and every line has its number. `tests/flakes` compares them with what Nix wrote.
#
# The first argument is the lock file, as text.
lockFileStr:

# The nodes that were fetched to make the lock file, the flake itself among them: by key, what is known of
# their trees, and their directories in these. `{ root = { sourceInfo = { outPath = …; … }; dir = ""; }; }`
overrides:


# This is `prim_fetchFinalTree`.
fetchTreeFinal:

let
  inherit (builtins) mapAttrs;

  lockFile = builtins.fromJSON lockFileStr;

  # An input is the key of a node, or a path of names from the root: what it then follows.
  resolveInput = input: if builtins.isString input then input else follow input;

  # The key of the node at the end of a path. Any step of the path may lead along another one in its
  # turn; that there is no circle in it was seen to when the lock file was made, so this comes to
  # an end.
  follow = builtins.foldl' (at: name: resolveInput lockFile.nodes.${at}.inputs.${name}) lockFile.root;

  # A place in a tree, where it is not the root. A path that begins with `./` is put there as it is:
  # Nix shows such an `outPath` with the dot in it, and programs may see it.
  below = directory: name: if name == "" then directory else directory + "/" + name;

  # What there is for each node: `result` is what others see of it. The attributes are
  # computed one by one, when they are asked for: an input that nobody looks at is
  # not fetched. A flake sees itself among its
  # inputs, under the name
  # `self`.

  allNodes = mapAttrs (
    key: node:
    let
      # The tree is there already; or `path:./x` lies in that of the flake that asks for it.
      known = overrides ? ${key};
      inParent = !known && node.locked.type or null == "path" && !isAbsolute node.locked.path;
      isAbsolute = path: builtins.substring 0 1 path == "/";
      parent = allNodes.${follow node.parent};

      sourceInfo =
        if known then
          overrides.${key}.sourceInfo
        else if inParent then
          parent.sourceInfo
        else
          # Note: lock file entries are always final.
          fetchTreeFinal (node.info or { } // removeAttrs node.locked [ "dir" ]);

      # Where the flake is, which may be a directory of the tree: `dir` in the
      # lock file says so.
      outPath =
        if inParent then
          below parent.outPath node.locked.path
        else
          below sourceInfo.outPath (overrides.${key}.dir or node.locked.dir or "");

      flake = import (outPath + "/flake.nix");

      inputs = mapAttrs (inputName: inputSpec: allNodes.${resolveInput inputSpec}.result) (
        node.inputs or { }
      );

      outputs = flake.outputs (inputs // { self = result; });

      result =
        outputs
        # We add the sourceInfo attribute for its metadata, as they are
        # not the flake's to give. Of the two paths the second stays: where
        # the flake lies in its tree.
        #
        # A flake that has an output named, say, `rev` does not get it through to
        # those who use it; `outputs.rev` is what they can ask for.
        // sourceInfo
        // {
          inherit outPath;

          inherit inputs;
          inherit outputs;
          inherit sourceInfo;
          _type = "flake";
        };

    in
    {
      result =
        if node.flake or true then
          assert builtins.isFunction flake.outputs;
          result
        else
          sourceInfo // { inherit sourceInfo outPath; };

      inherit outPath sourceInfo;
    }
  ) lockFile.nodes;

in
allNodes.${lockFile.root}.result
