// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import SystemPackage

/// The command `ipvs-timeout doctor`.
struct DoctorCommand: InvocationCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check what may keep the timeouts from having an effect.",
    discussion: """
      Each check says ok, note or problem, and the fact that this rests on; then what follows from it, and the command \
      that cures it. Nothing is changed.

      With --sockets, it is about the TCP sockets of the host itself, director or not: TIME_WAIT and the other \
      states, counted for each service here or elsewhere; how many this host has closed first; which share of the \
      ports for outgoing connections is taken; which program it is. That needs no IPVS, and root only to see the \
      programs of others.

      Exit status 0: there is no problem. 1: there is one.

      Examples:
        ipvs-timeout doctor
        ipvs-timeout doctor --netns ingress_sbox
        ipvs-timeout doctor --format json
        ipvs-timeout doctor --sockets
      """)

  @Flag(help: "Diagnose the host's own TCP sockets instead.")
  var sockets = false

  @Option(
    help: ArgumentHelp("Another policy file than /etc/ipvs-timeout.conf.", valueName: "file"), completion: .file())
  var policy: String?

  @OptionGroup var output: OutputOptions

  @OptionGroup var access: AccessOptions

  func invocation() throws(Failure) -> Invocation {
    let output = try output.output([.text, .json])
    let access = access.access
    guard sockets else { return .doctor(policy: policy.map { FilePath($0) }, output, access) }
    guard policy == nil, access.backend == .auto, access.ipvsadm == nil else {
      throw .usage("--sockets is not about IPVS, so --policy, --backend and --ipvsadm do not go with it")
    }
    return .diagnoseSockets(output, access)
  }
}
