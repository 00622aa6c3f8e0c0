// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import Directors
internal import Text

extension BackendChoice: ExpressibleByArgument {}

/// The options that say where the timeouts are and by which way to reach them.
struct AccessOptions: ParsableArguments {
  @OptionGroup var namespaces: NamespaceOptions

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

  /// How to reach the timeouts.
  var access: Invocation.Access {
    Invocation.Access(backend: backend, ipvsadm: ipvsadm, scope: namespaces.scope)
  }

  /// Refuses a path that would depend on the directory it is called in.
  mutating func validate() throws {
    if let ipvsadm, !ipvsadm.hasPrefix("/") {
      throw ValidationError("--ipvsadm takes an absolute path, not \"\(ipvsadm.printable)\"")
    }
  }
}
