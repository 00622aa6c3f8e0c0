// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Directors
internal import Policy
internal import SystemPackage
internal import Text

/// The command `ipvs-timeout apply`.
struct ApplyCommand: InvocationCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Make every network namespace as the policy says; change only what differs.",
    discussion: """
      The policy is a table, by default /etc/ipvs-timeout.conf. Each line has a network namespace and its tcp, tcpfin \
      and udp timeouts:

        # namespace          tcp    tcpfin  udp
        host                 15m    30s     60s
        /run/docker/netns/*  2h15m  -       -
        ingress_sbox         2h15m  60s     30s

      `host` is the namespace in which the program is started, and no other word or pattern means it. Others are named \
      as in /run/netns and /run/docker/netns, or by their path, both with the wildcards of a shell. Of the lines that \
      match a namespace the last one that names a value wins, value by value; - leaves it. A file with a mistake is not \
      applied at all, and every mistake in it is told.

      One line is printed for each namespace of which the policy wants something. One that fails does not stop the \
      others; the exit status is the largest.
      """)

  @Argument(help: ArgumentHelp("The policy file.", valueName: "file"), completion: .file())
  var file = PolicyFile.usualPath.string

  @Flag(help: "Change nothing; say what would change.")
  var dryRun = false

  @Flag(help: "Write the result only where something changed.")
  var changedOnly = false

  @Option(
    help: ArgumentHelp(
      "Go on looking for so long for namespaces that appear; each makes it begin anew, for a minute at the most.",
      valueName: "time"))
  var settle: String?

  @OptionGroup var output: OutputOptions

  @OptionGroup var access: AccessOptions

  func invocation() throws(Failure) -> Invocation {
    var output = try output.output()
    output.isChangedOnly = changedOnly
    let application = Invocation.Application(isDryRun: dryRun, settling: try settling())
    return .apply(FilePath(file), application, output, access.access)
  }

  private func settling() throws(Failure) -> Duration? {
    guard let settle else { return nil }
    guard access.namespaces.netns.isEmpty, !access.namespaces.inUse else {
      throw .usage("--settle waits for new namespaces, so it goes neither with --netns nor with --in-use")
    }
    guard let seconds = TimeoutText.seconds(settle), 1...3600 ~= seconds else {
      throw .usage("--settle takes a time from 1 s to 1 h (5, 5s, 1m), not \"\(settle.printable)\"")
    }
    return .seconds(seconds)
  }
}
