// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
package import Directors
internal import IPVS
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

/// The options that say in which network namespaces.
struct NamespaceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A network namespace, instead of the present one; repeatable.",
      discussion: "A name in /run/netns or /run/docker/netns, the path of one, the number of a process, or host.",
      valueName: "name|path|pid"))
  var netns: [String] = []

  @Flag(help: "All network namespaces: bound ones, and those in which processes live.")
  var allNetns = false

  @Flag(help: "Of these, or of all, only those with a virtual service or a connection.")
  var inUse = false

  /// What they say.
  var scope: NamespaceSelection {
    let choice: NamespaceSelection.Choice =
      if !netns.isEmpty { .these(namespaces) } else if allNetns || inUse { .all } else { .unsaid }
    return NamespaceSelection(choice: choice, isInUseOnly: inUse)
  }

  private var namespaces: [NetworkNamespace] {
    netns.map(NetworkNamespace.init).reduce(into: []) { known, next in
      if !known.contains(next) { known.append(next) }
    }
  }

  /// Refuses what contradicts itself or would look nowhere.
  mutating func validate() throws {
    if allNetns, !netns.isEmpty { throw ValidationError("name namespaces by --netns or take --all-netns, not both") }
    if netns.contains("") { throw ValidationError("--netns takes a name, a path or the number of a process, not \"\"") }
  }
}

extension Format: ExpressibleByArgument {}

/// The options that say how to write the result.
struct OutputOptions: ParsableArguments {
  @Option(help: "How to write the result: text, json or prometheus; with show, rules too: a line for `ipvsadm -R`.")
  var format = Format.text

  @Flag(help: "Write no result; errors and the exit status remain.")
  var quiet = false

  /// How to write the result of a command.
  ///
  /// - Parameter formats: Those that the command has.
  /// - Returns: What the options say.
  /// - Throws: ``Failure``, for another one.
  func output(_ formats: Set<Format> = [.text, .json, .prometheus]) throws(Failure) -> Invocation.Output {
    guard formats.contains(format) else {
      let names = Format.allCases.filter(formats.contains).map(\.rawValue).joined(separator: ", ")
      throw .usage("this command does not write \(format.rawValue); it takes --format \(names)")
    }
    return Invocation.Output(format: format, isQuiet: quiet)
  }
}
