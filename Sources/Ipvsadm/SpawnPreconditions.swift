// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Linux
internal import SystemPackage

/// The conditions under which running a program would hang or trap in the libraries.
///
/// They are checked before.
enum SpawnPreconditions {
  /// The marker in the environment of a program that is run as ipvsadm.
  ///
  /// A program that finds it must not run ipvsadm again. Otherwise a script of that name that leads back here would
  /// start programs forever.
  static let marker = "IPVS_TIMEOUT_BACKEND"

  private static let neededFiles = 64 as rlim_t

  /// The cause why no program can be run here; `nil` if there is none.
  static func find() -> IpvsadmError.Cause? {
    StandardDescriptors.take()
    // If the caller ignores SIGCHLD, nothing can wait for the end of a program.
    signal(SIGCHLD, SIG_DFL)
    var files = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0, files.rlim_cur < neededFiles {
      return .notStarted("only \(files.rlim_cur) files may be open (`ulimit -n`), and \(neededFiles) are needed")
    }
    if case .memory(let errno) = ResourceShortage.ofMemoryForProgram() { return .notStarted(shortOfMemory: errno) }
    if access("/dev/null", R_OK | W_OK) != 0 {
      return .notStarted(
        "/dev/null cannot be opened", advice: "create it with `mknod -m 666 /dev/null c 1 3`, then try again")
    }
    return nil
  }
}

extension IpvsadmError.Cause {
  /// There is too little memory to run a program.
  static func notStarted(shortOfMemory errno: Errno) -> Self {
    .notStarted(
      "there is too little memory (\(errno.description), errno \(errno.rawValue))",
      advice: ResourceShortage.memoryAdvice)
  }
}
