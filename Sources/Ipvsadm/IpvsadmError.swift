// SPDX-License-Identifier: Apache-2.0

package import IPVS
package import SystemPackage
internal import Text

/// The error of a run of the program ipvsadm.
package struct IpvsadmError: Error, Sendable, Hashable {
  /// The cause of a failure.
  package enum Cause: Error, Sendable, Hashable {
    /// There is no such file at any of the paths.
    case missing
    /// The file cannot be executed; the errno is the reason.
    case notExecutable(Errno)
    /// Other users can write to this file or directory, so they could decide what runs.
    case writableByOthers(String)
    /// The file is this program itself under ipvsadm's name.
    case itself
    /// There is no such network namespace.
    case noSuchNamespace
    /// The file for entering the namespace is not a network namespace.
    case notANamespace
    /// The program nsenter, which runs it in another network namespace, is missing.
    case noNsenter
    /// This program was itself started as ipvsadm by another ipvs-timeout.
    case nested
    /// The program was not started, for this reason. The advice is about that reason.
    case notStarted(String, advice: String = "raise that limit, then try again")
    /// The program is that of DPVS, which can neither read nor set timeouts.
    case dpvs(said: String)
    /// The program reported that there is no IPVS.
    case unavailable(said: String)
    /// The program reported that the caller has no permission.
    case notPermitted(said: String)
    /// nsenter reported that the caller may not enter the network namespace.
    case mayNotEnter(said: String)
    /// The program exited with this status and this text on standard error.
    case failed(status: CInt, said: String)
    /// This signal killed the program.
    case killed(signal: CInt)
    /// Waiting for the program failed, for this reason.
    case lost(String)
    /// The program did not end in time, and was killed with its process group.
    case timedOut
    /// The program printed far more than ipvsadm can print (16 KiB).
    case tooMuchOutput
    /// The program succeeded but did not print the line of ipvsadm.
    case unreadable(output: String)
  }

  /// The cause of the failure.
  package let cause: Cause
  /// The command that failed.
  package let command: IpvsadmCommand
  /// The path of the program, or the paths where it was searched for.
  package let program: String

  /// The network namespace in which it ran or should run.
  package let namespace: NetworkNamespace
  /// The file by which the namespace was entered, for the advice.
  let entrance: FilePath?
  /// Where a namespace of this name is bound instead, if there is none of this name where names are looked up.
  let elsewhere: FilePath?
  package init(_ cause: Cause, _ command: IpvsadmCommand, program: String, in namespace: NetworkNamespace = .current) {
    self.init(cause, command, program: program, in: namespace, by: nil)
  }

  init(
    _ cause: Cause, _ command: IpvsadmCommand, program: String, in namespace: NetworkNamespace,
    by entrance: FilePath?, elsewhere: FilePath? = nil
  ) {
    self.elsewhere = elsewhere
    self.namespace = namespace
    self.entrance = entrance
    self.cause = cause
    self.command = command
    self.program = program
  }
}

extension IpvsadmError: CustomStringConvertible {
  /// One sentence: what was attempted, where, why it failed, and what to do.
  ///
  /// It does not end in a full stop.
  package var description: String {
    "cannot \(command.attempt) in \(namespace.place) with the program \(program.printable): \(reason); \(advice)"
  }

  /// Why it failed.
  package var reason: String {
    switch cause {
    case .missing: "there is no such file"
    case .notExecutable(let errno): "it cannot be executed (\(errno.description), errno \(errno.rawValue))"
    case .writableByOthers(let path): "other users can write to \(path.printable), so they could control what it does"
    case .itself: "it is ipvs-timeout itself under that name"
    case .noSuchNamespace: "there is no such namespace"
    case .notANamespace: "the file is not a network namespace"
    case .noNsenter: "running it there requires nsenter, which is not in /usr/bin or /bin"
    case .nested: "ipvs-timeout was itself started as ipvsadm (IPVS_TIMEOUT_BACKEND is set)"
    case .notStarted(let why, _): "it was not started: \(why.printable)"
    case .dpvs(let said): "it is the ipvsadm of DPVS, which can neither read nor set timeouts\(quoted(said))"
    case .unavailable(let said): "it finds no IPVS here\(quoted(said))"
    case .notPermitted(let said): "it has no permission\(quoted(said))"
    case .mayNotEnter(let said): "you may not enter the namespace\(quoted(said))"
    case .failed(let status, let said): "it failed with status \(status)\(quoted(said))"
    case .killed(let signal): "it was killed by signal \(signal)"
    case .lost(let why): "waiting for it failed (\(why.printable))"
    case .timedOut: "it did not finish in time and was killed"
    case .tooMuchOutput: "it printed far more than ipvsadm does"
    case .unreadable(let output):
      "it printed \(output.isEmpty ? "nothing" : "\"\(output.printable)\"") instead of ipvsadm's line"
    }
  }

  /// What to do, as it follows the reason and a semicolon.
  package var advice: String {
    switch cause {
    case .missing:
      "install ipvsadm, or name its path with --ipvsadm"
    case .notExecutable:
      "check the file, or name another one with --ipvsadm"
    case .writableByOthers:
      "name with --ipvsadm a program that only root can change, such as /usr/sbin/ipvsadm"
    case .itself:
      "name the real ipvsadm with --ipvsadm"
    case .noSuchNamespace, .notANamespace:
      NamespaceAdvice.text(boundAt: elsewhere?.string)
    case .noNsenter:
      "install util-linux"
    case .nested:
      "let the script named ipvsadm run the real ipvsadm"
    case .notStarted(_, let advice):
      advice
    case .dpvs:
      IpvsadmError.adviceForDPVS
    case .unavailable:
      "run `modprobe ip_vs`, or start the service that this ipvsadm talks to"
    case .notPermitted:
      "run it as root of the host, with CAP_NET_ADMIN"
    case .mayNotEnter:
      "run it as root of the host, with CAP_SYS_ADMIN, and also CAP_SYS_PTRACE to enter the namespace of a process"
    case .failed(status: 1, said: "") where command == .list:
      // An ipvsadm does so on some kernels, and DPVS's always does.
      "run `\(commandLine)` by hand to see more; if it is DPVS's ipvsadm, \(IpvsadmError.adviceForDPVS)"
    case .failed, .killed:
      "run `\(commandLine)` by hand to see more"
    case .lost:
      "run `\(commandLine)` by hand to see what it does"
    case .timedOut:
      "run `\(commandLine)` by hand to see where it hangs"
    case .tooMuchOutput, .unreadable:
      "if it is not ipvsadm, name the real one with --ipvsadm"
    }
  }

  private static let adviceForDPVS = "change tcp and udp timeouts in dpvs.conf, then send dpvs SIGHUP"

  private func quoted(_ said: String) -> String {
    said.isEmpty ? " and printed no message" : ": \"\(said.printable)\""
  }

  /// The command for a shell; names in it may be other people's.
  private var commandLine: String {
    let nsenter = entrance.map { ["nsenter", "--net=\($0.string)".shellWord] } ?? []
    return (nsenter + [program.shellWord] + command.arguments).joined(separator: " ")
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
