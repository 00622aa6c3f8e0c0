// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import Directors
internal import Text

extension BackendChoice: ExpressibleByArgument {}
extension Format: ExpressibleByArgument {}

/// The options that mean the same everywhere they occur.
struct CommonOptions: ParsableArguments {
  @Option(help: "How to write the result: text, json or prometheus.")
  var format = Format.text

  @Flag(help: "Write no result; errors and the exit status remain.")
  var quiet = false

  @Option(
    help: ArgumentHelp(
      "The way to the timeouts: auto, netlink or ipvsadm.",
      discussion: "auto takes netlink, and the program ipvsadm only where the kernel has no family IPVS."))
  var backend = BackendChoice.auto

  @Option(
    help: ArgumentHelp(
      "The program ipvsadm, by its absolute path, if it is not in /usr/sbin or /sbin.", valueName: "path"),
    completion: .file())
  var ipvsadm: String?

  /// How to write the result.
  var output: Invocation.Output { Invocation.Output(format: format, isQuiet: quiet) }

  /// How to reach the timeouts.
  var access: Invocation.Access { Invocation.Access(backend: backend, ipvsadm: ipvsadm) }

  /// Refuses a path that would depend on the directory it is called in.
  mutating func validate() throws {
    if let ipvsadm, !ipvsadm.hasPrefix("/") {
      throw ValidationError("--ipvsadm takes an absolute path, not \"\(ipvsadm.printable)\"")
    }
  }
}
