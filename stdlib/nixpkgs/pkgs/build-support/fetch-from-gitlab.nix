# A revision of a repository on GitLab, as an archive that GitLab makes.
{ lib, fetchzip }:

lib.makeOverridable (
  args@{
    owner,
    repo,
    rev ? tag,
    tag ? throw "fetchFromGitLab requires `rev` or `tag`",
    name ? "source",
    hash ? null,
    sha256 ? null,
    sha512 ? null,
    meta ? { },
    passthru ? { },
  }:
  fetchzip (
    removeAttrs args [
      "owner"
      "repo"
      "rev"
      "tag"
    ]
    // {
      inherit name;
      url = "https://gitlab.com/api/v4/projects/${owner}%2F${repo}/repository/archive.tar.gz?sha=${rev}";
      meta = {
        homepage = "https://gitlab.com/${owner}/${repo}";
      }
      // meta;
      passthru = {
        inherit owner repo rev;
        gitRepoUrl = "https://gitlab.com/${owner}/${repo}.git";
      }
      // passthru;
    }
  )
)
