// SPDX-License-Identifier: Apache-2.0

package import IPVS
package import SystemPackage
internal import Text

/// Why the program ipvsadm did not do what was asked of it.
package struct IpvsadmError: Error, Sendable, Hashable {
  /// What happened.
  package enum Cause: Error, Sendable, Hashable {
    /// There is no such file, in any of the places looked at.
    case missing
    /// The file cannot be executed, with the system's reason.
    case notExecutable(Errno)
    /// The file is this very program under ipvsadm's name.
    case itself
    /// There is no such network namespace to run it in.
    case noSuchNamespace
    /// The file by which it was to be entered is no network namespace.
    case notANamespace
    /// There is no nsenter to run it in another network namespace with.
    case noNsenter
    /// This program was itself started as ipvsadm by another of its kind.
    case nested
    /// The program was not started, for this reason.
    case notStarted(String)
    /// The program said that IPVS is not there.
    case unavailable(said: String)
    /// The program said that the caller may not.
    case notPermitted(said: String)
    /// nsenter said that the caller may not enter the network namespace.
    case mayNotEnter(said: String)
    /// The program ended with this status and said this on its standard error.
    case failed(status: CInt, said: String)
    /// The program was killed by this signal.
    case killed(signal: CInt)
    /// The program could not be followed to its end, for this reason.
    case lost(String)
    /// The program had not ended in time; it was killed with its process group.
    case timedOut
    /// The program wrote more than it could have to say.
    case tooMuchOutput
    /// The program succeeded but did not print what ipvsadm prints.
    case unreadable(output: String)
  }

  /// What happened.
  package let cause: Cause
  /// What it was told to do.
  package let command: IpvsadmCommand
  /// The program, or the places where it was looked for.
  package let program: String

  /// The network namespace in which it was, or was to be, run.
  package let namespace: NetworkNamespace
  /// The file by which it was entered, to be shown in advice.
  let entrance: FilePath?
  package init(_ cause: Cause, _ command: IpvsadmCommand, program: String, in namespace: NetworkNamespace = .current) {
    self.init(cause, command, program: program, in: namespace, by: nil)
  }

  init(
    _ cause: Cause, _ command: IpvsadmCommand, program: String, in namespace: NetworkNamespace,
    by entrance: FilePath?
  ) {
    self.namespace = namespace
    self.entrance = entrance
    self.cause = cause
    self.command = command
    self.program = program
  }
}

extension IpvsadmError: CustomStringConvertible {
  /// One sentence: what was attempted, where, what happened and what to do; it does not end in a full stop.
  package var description: String {
    "cannot \(command.attempt) in \(namespace.place) with the program \(program.printable): \(reason)"
  }

  /// What happened and what to do, without what was attempted.
  package var reason: String {
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
