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
      "The way to the timeouts: \(BackendChoice.list).", discussion: "\(BackendChoice.rule)"))
  var backend = BackendChoice.auto

  @Option(
    help: ArgumentHelp(
      "The program ipvsadm, by its absolute path, if it is not in /usr/sbin or /sbin.", valueName: "path"),
    completion: .file())
  var ipvsadm: String?

  /// How to reach the timeouts.
  ///
  /// - Parameter choice: In which namespaces the command works where none is named.
  /// - Returns: What the options say.
  func access(default choice: NamespaceSelection.Choice) -> Access {
    Access(backend: backend, ipvsadm: ipvsadm, selection: namespaces.selection(default: choice))
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

  /// The namespaces.
  ///
  /// - Parameter choice: Those in which the command works where none is named.
  /// - Returns: What the options say.
  func selection(default choice: NamespaceSelection.Choice) -> NamespaceSelection {
    let said: NamespaceSelection.Choice? =
      if !netns.isEmpty { .named(namespaces) } else if allNetns || inUse { .all } else { nil }
    return NamespaceSelection(choice: said ?? choice, isInUseOnly: inUse)
  }

  private var namespaces: [NetworkNamespace] {
    netns.map(NetworkNamespace.init(parsing:)).reduce(into: []) { known, next in
      if !known.contains(next) { known.append(next) }
    }
  }

  /// Refuses what contradicts itself or would look nowhere.
  mutating func validate() throws {
    if allNetns, !netns.isEmpty { throw ValidationError("name namespaces by --netns or take --all-netns, not both") }
    if netns.contains("") { throw ValidationError("--netns takes a name, a path or the number of a process, not \"\"") }
  }
}

/// The options that say how to write the result: each command offers the formats that it has.
struct OutputOptions<Format: FormatOption>: ParsableArguments {
  @Option(help: ArgumentHelp(Format.help))
  var format = Format.text

  @Flag(help: "Write no result; errors and the exit status remain.")
  var quiet = false
}

extension OutputOptions where Format == MetricFormat {
  /// How to write reports of timeouts.
  var timeouts: TimeoutsOutput { TimeoutsOutput(format: TimeoutsFormat(format), isQuiet: quiet) }
}

extension OutputOptions where Format == TimeoutsFormat {
  /// How to write reports of timeouts.
  var timeouts: TimeoutsOutput { TimeoutsOutput(format: format, isQuiet: quiet) }
}

extension OutputOptions where Format == TextFormat {
  /// How to write reports of timeouts.
  var timeouts: TimeoutsOutput { TimeoutsOutput(format: TimeoutsFormat(format), isQuiet: quiet) }
}

/// The formats that a command has.
protocol FormatOption: ExpressibleByArgument, CaseIterable, Sendable {
  static var text: Self { get }
  /// What the option is for.
  static var help: String { get }
}

extension TextFormat: FormatOption {
  static var help: String { "How to write the result: text or json." }
}

extension MetricFormat: FormatOption {
  static var help: String { "How to write the result: text, json or prometheus." }
}

extension TimeoutsFormat: FormatOption {
  static var help: String {
    "How to write the result: text, json, prometheus, or rules: a line for `ipvsadm -R`."
  }
}

/// How to reach the timeouts, and where.
struct Access: Hashable {
  var backend = BackendChoice.auto
  var ipvsadm: String?
  var selection = NamespaceSelection()
}
