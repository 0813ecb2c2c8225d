# A revision of a repository on GitHub, as an archive that GitHub makes.
#
# `rev` is a tag, a branch or a commit; it is used *now*, to make the URL. An `overrideAttrs` that sets `rev` comes
# too late for that: it changes an attribute that nobody reads any more. `src.override { rev = …; hash = …; }`
# calls this function again.
{
  lib,
  fetchzip,
  git,
}:

lib.makeOverridable (
  args@{
    owner,
    repo,
    rev ? "refs/tags/${tag}",
    tag ? throw "fetchFromGitHub requires `rev` or `tag`",
    name ? "source",
    hash ? null,
    sha256 ? null,
    sha512 ? null,
    # Also what lies in submodules. Archives leave it out, so the repository is cloned.
    fetchSubmodules ? false,
    meta ? { },
    passthru ? { },
  }:
  let
    home = "https://github.com/${owner}/${repo}";

    archive = fetchzip (
      removeAttrs args [
        "owner"
        "repo"
        "rev"
        "tag"
        "fetchSubmodules"
      ]
      // {
        inherit name;
        url = "${home}/archive/${rev}.tar.gz";
        meta = {
          homepage = home;
        }
        // meta;
        passthru = {
          inherit owner repo rev;
          gitRepoUrl = "${home}.git";
        }
        // passthru;
      }
    );

    clone = archive.overrideAttrs (old: {
      url = "${home}.git";
      urls = [ "${home}.git" ];
      inherit rev;
      builder = ./fetch-submodules.sh;
      nativeBuildInputs = [ git ];
    });
  in
  if fetchSubmodules then clone else archive
)
