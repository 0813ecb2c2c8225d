# Sets that refer to themselves, and how to change them from outside. Overlays, `finalAttrs` and scopes are
# all made of the two functions with which this file begins.
lib:

rec {
  /**
    The fixed point of *f*: the `x` with `x = f x`.

    *f* describes a set whose attributes use each other through its argument. Unlike in `rec { }`, these uses
    go by way of the finished set, so that a change of the set is seen by all of them.

    Use it when others shall be able to change the set (see `extends`). Where nobody shall, `rec` is simpler.
    It never ends when the *names* of the attributes depend on the argument: values are lazy, names are not.

    # Type

    ```
    fix :: (a -> a) -> a
    ```

    # Example

    ```nix
    fix (self: { version = "0.8.5"; src = "lightning-${self.version}"; }).src       => "lightning-0.8.5"
    ```
  */
  fix =
    f:
    let
      x = f x;
    in
    x;

  /**
    *f*, changed by an overlay.

    *overlay* is called with the finished set (`final`) and with what *f* alone gives (`prev`), and
    returns what is to be different. Take from `prev` what you change, and everything else from `final`.

    Use it to make a changed function for `fix`; for one that remembers how to be changed, see `makeExtensible`.

    # Type

    ```
    extends :: (final -> prev -> { ... }) -> (final -> prev) -> final -> { ... }
    ```

    # Example

    ```nix
    f = self: { version = "0.8.5"; src = "lightning-${self.version}"; }
    fix f // { version = "0.9.0"; }                       => { src = "lightning-0.8.5"; version = "0.9.0"; }
    fix (extends (final: prev: { version = "0.9.0"; }) f) => { src = "lightning-0.9.0"; version = "0.9.0"; }
    ```
  */
  extends =
    overlay: f: final:
    let
      prev = f final;
    in
    prev // overlay final prev;

  /**
    Two overlays as one: first *f*, then *g*, which sees in `prev` what *f* did.

    # Type

    ```
    composeExtensions :: Overlay -> Overlay -> Overlay
    ```
  */
  composeExtensions =
    f: g: final: prev:
    let
      changed = f final prev;
    in
    changed // g final (prev // changed);

  /**
    A list of overlays as one; the last has the last word.

    # Example

    ```nix
    o = composeManyExtensions [ (final: prev: { a = 2; }) (final: prev: { a = prev.a * 10; }) ]
    fix (extends o (self: { a = 1; b = self.a; }))                  => { a = 20; b = 20; }
    ```
  */
  composeManyExtensions = lib.foldr composeExtensions (final: prev: { });

  /**
    A change in any of its usual forms, as an overlay: a set, `prev: set` or `final: prev: set`.
  */
  toExtension =
    change:
    if !lib.isFunction change then
      final: prev: change
    else
      final: prev:
      let
        once = change prev;
      in
      # With two arguments the first is `final`; only by calling one finds out how many there are.
      if lib.isFunction once then change final prev else once;

  /**
    The fixed point of *f* with an attribute `extend`, which takes an overlay and gives the set changed by it.

    Use it for a set of your own that others shall adapt. The package set is one: `pkgs.extend`.

    # Example

    ```nix
    s = makeExtensible (self: { a = 1; b = self.a + 1; })
    (s.extend (final: prev: { a = prev.a * 10; })).b                => 11
    ```
  */
  makeExtensible = makeExtensibleWithCustomName "extend";

  /** `makeExtensible` with another name in place of `extend`. */
  makeExtensibleWithCustomName =
    name: f:
    fix (
      self:
      f self
      // {
        ${name} = change: makeExtensibleWithCustomName name (extends (toExtension change) f);
      }
    );
}
