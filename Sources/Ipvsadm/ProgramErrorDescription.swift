// SPDX-License-Identifier: Apache-2.0

import IPVS
import SystemPackage
internal import Text

extension ProgramError: CustomStringConvertible {
  /// One sentence: what was attempted, where, what happened and what to do; it does not end in a full stop.
  public var description: String {
    "cannot \(command.attempt) in \(namespace.place) with the program \(program.printable): \(reason)"
  }

  /// What happened and what to do, without what was attempted.
  public var reason: String {
    switch cause {
    case .missing:
      "there is no such file; install ipvsadm or name its path with --ipvsadm"
    case .notExecutable(let errno):
      "it cannot be executed (\(errno.description), errno \(errno.rawValue)); check the file or name another with --ipvsadm"
    case .itself:
      "it is ipvs-timeout itself under that name; name the real ipvsadm with --ipvsadm"
    case .noSuchNamespace:
      "there is no such namespace; `ipvs-timeout show --all-netns` names those that there are"
    case .notANamespace:
      "it is no network namespace but another file; if one has left it behind, delete it (`ip netns delete`)"
    case .noNsenter:
      "to run it there takes the program nsenter, which is not in /usr/bin or /bin; install util-linux"
    case .nested:
      "this ipvs-timeout was itself started as ipvsadm (IPVS_TIMEOUT_BACKEND is set) and starts no other;"
        + " let the script of that name run the real ipvsadm"
    case .notStarted(let why):
      "it was not started: \(why.printable); raise that limit and try again"
    case .unavailable(let said):
      "it finds no IPVS here\(quoted(said)); load it with `modprobe ip_vs`, or start what this ipvsadm talks to"
    case .notPermitted(let said):
      "it is not permitted to\(quoted(said)); run it as root of the host, with CAP_NET_ADMIN"
    case .mayNotEnter(let said):
      "you may not enter it\(quoted(said)); run it as root of the host; that takes the capability CAP_SYS_ADMIN, and"
        + " CAP_SYS_PTRACE for that of a process"
    case .failed(let status, let said):
      "it failed with status \(status)\(quoted(said)); run `\(commandLine)` by hand to see more"
    case .killed(let signal):
      "it was killed by signal \(signal); run `\(commandLine)` by hand to see more"
    case .lost(let why):
      "it could not be followed to its end (\(why.printable)); run `\(commandLine)` by hand to see what it does"
    case .timedOut:
      "it did not end in time and was killed; run `\(commandLine)` by hand to see where it hangs"
    case .tooMuchOutput:
      "it wrote far more than ipvsadm does; is it ipvsadm? Name the real one with --ipvsadm"
    case .unreadable(let output):
      "it did not print ipvsadm's line but \(output.isEmpty ? "nothing" : "\"\(output.printable)\"");"
        + " is it ipvsadm? Name the real one with --ipvsadm"
    }
  }

  private func quoted(_ said: String) -> String {
    said.isEmpty ? " and said nothing" : ": \"\(said.printable)\""
  }

  private var commandLine: String {
    let nsenter = entrance.map { ["nsenter", "--net=\($0.string.printable)"] } ?? []
    return (nsenter + [program.printable] + command.arguments).joined(separator: " ")
  }
}

extension IpvsadmCommand {
  fileprivate var attempt: String {
    switch self {
    case .list: "read the timeouts"
    case .set: "set the timeouts"
    }
  }
}
