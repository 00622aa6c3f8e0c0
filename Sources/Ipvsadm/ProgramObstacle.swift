// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// What would make running a program hang or trap in the libraries that run it, and so is looked at before.
enum ProgramObstacle {
  /// The marker in the environment of a program that was run as ipvsadm: one that finds it there must not do so again,
  /// or a script of that name that leads back here would start programs for ever.
  static let marker = "IPVS_TIMEOUT_BACKEND"

  /// Why no program can be run here; `nil` if it can be tried.
  static func find() -> String? {
    ClosedStreams.take()
    // Where the caller ignores it, the end of a program cannot be waited for.
    signal(SIGCHLD, SIG_DFL)
    var files = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0, files.rlim_cur < 32 {
      return "only \(files.rlim_cur) files may be open (`ulimit -n`), and 32 are needed"
    }
    if access("/dev/null", R_OK | W_OK) != 0 { return "there is no /dev/null" }
    return nil
  }
}
