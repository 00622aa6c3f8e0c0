// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
package import Directors
internal import IPVS
internal import SystemPackage
internal import Text

extension BackendChoice: ExpressibleByArgument {}

/// The options that most commands share: where to work, how to write the result, which backend to use.
struct CommonOptions<Format: FormatOption>: ParsableArguments {
  @OptionGroup(title: OptionTitle.place) var namespaces: NamespaceOptions

  @OptionGroup(title: OptionTitle.output) var output: OutputOptions<Format>

  @OptionGroup(title: OptionTitle.backend) var backend: BackendOptions

  /// How to reach the timeouts.
  ///
  /// - Parameter choice: The namespaces in which the command works if none is named.
  /// - Returns: The choice that the options make.
  func access(default choice: NamespaceSelection.Choice) -> Access {
    Access(backend: backend.backend, ipvsadm: backend.ipvsadm, selection: namespaces.selection(default: choice))
  }
}

/// The titles of the groups of options in the help, which lists the groups in the order in which a command has them.
enum OptionTitle {
  static let timeouts = "Timeouts"
  static let policy = "Policy"
  static let change = "Change"
  static let trial = "Trial"
  static let renewal = "Renewal"
  static let connections = "Connections"
  static let checks = "Checks"
  static let place = "Where"
  static let output = "Output"
  static let backend = "Backend"
}

/// The options that choose the backend.
struct BackendOptions: ParsableArguments {
  @Option(name: .table(.backend), help: ArgumentHelp("How to reach the kernel's timeouts. \(BackendChoice.rule)"))
  var backend = BackendChoice.auto

  @Option(
    name: .table(.ipvsadm),
    help: ArgumentHelp(
      "The absolute path of the program ipvsadm, if it is not in /usr/sbin or /sbin.", valueName: "path"),
    completion: .file())
  var ipvsadm: String?

  /// Refuses a path that would depend on the current directory.
  mutating func validate() throws {
    if let ipvsadm, !ipvsadm.hasPrefix("/") {
      throw ValidationError("--ipvsadm needs an absolute path, not \"\(ipvsadm.printable)\"")
    }
  }
}

/// The options that choose the network namespaces.
struct NamespaceOptions: ParsableArguments {
  @Option(
    name: .table(.netns),
    help: ArgumentHelp(
      "Work in this network namespace, not in the current one: a name in /run/netns or /run/docker/netns, a path,"
        + " a process ID, or host. Repeatable.",
      valueName: "name|path|pid"),
    completion: .namespaces)
  var netns: [String] = []

  @Flag(name: .table(.allNetns), help: "Work in all network namespaces, bound ones and those of processes.")
  var allNetns = false

  @Flag(
    name: .table(.inUse),
    help: "Skip namespaces without a virtual service or a connection. Without --netns, it implies --all-netns.")
  var inUse = false

  /// The namespaces.
  ///
  /// - Parameter choice: The namespaces in which the command works if none is named.
  /// - Returns: The choice that the options make.
  func selection(default choice: NamespaceSelection.Choice) -> NamespaceSelection {
    let named: NamespaceSelection.Choice? =
      if !netns.isEmpty { .named(namespaces) } else if allNetns || inUse { .all } else { nil }
    return NamespaceSelection(choice: named ?? choice, isInUseOnly: inUse)
  }

  private var namespaces: [NetworkNamespace] {
    netns.map(NetworkNamespace.init(parsing:)).reduce(into: []) { known, next in
      if !known.contains(next) { known.append(next) }
    }
  }

  /// Refuses options that contradict each other, and a name that is empty.
  mutating func validate() throws {
    if allNetns, !netns.isEmpty { throw ValidationError("use either --netns or --all-netns, not both") }
    if netns.contains("") { throw ValidationError("--netns needs a name, a path or a process ID, not \"\"") }
  }
}

/// The option that names a policy file other than the usual one.
struct PolicyOption: ParsableArguments {
  @Option(
    name: .table(.policy),
    help: ArgumentHelp("The policy file, if it is not /etc/ipvs-timeout.conf.", valueName: "file"),
    completion: .file())
  var policy: String?

  /// The file that the command line names.
  var path: FilePath? { policy.map { FilePath($0) } }
}

/// The policy file of a command that needs one: as an argument or as an option.
struct PolicyArguments: ParsableArguments {
  @Argument(help: ArgumentHelp("The same as --policy.", valueName: "file"), completion: .file())
  var file: String?

  @OptionGroup var option: PolicyOption

  /// The policy file.
  var path: FilePath { option.path ?? file.map { FilePath($0) } ?? PolicyFile.usualPath }

  /// Refuses two files.
  mutating func validate() throws {
    if file != nil, option.policy != nil {
      throw ValidationError("name the policy file once, as an argument or with --policy")
    }
  }
}

/// The option of a change that only reports.
struct ChangeOptions: ParsableArguments {
  @Flag(name: .table(.dryRun), help: "Change nothing; report what would change.")
  var dryRun = false
}

/// The options for the output, with the formats of the command.
struct OutputOptions<Format: FormatOption>: ParsableArguments {
  @Option(name: .table(.format), help: ArgumentHelp(Format.help))
  var format = Format.text

  @Flag(name: .table(.quiet), help: "Print errors only, no result.")
  var quiet = false
}

extension OutputOptions where Format == MetricFormat {
  /// The output of reports of timeouts.
  var timeouts: TimeoutsOutput { TimeoutsOutput(format: TimeoutsFormat(format), isQuiet: quiet) }
}

extension OutputOptions where Format == TimeoutsFormat {
  /// The output of reports of timeouts.
  var timeouts: TimeoutsOutput { TimeoutsOutput(format: format, isQuiet: quiet) }
}

extension OutputOptions where Format == TextFormat {
  /// The output of reports of timeouts.
  var timeouts: TimeoutsOutput { TimeoutsOutput(format: TimeoutsFormat(format), isQuiet: quiet) }
}

/// The formats of a command.
protocol FormatOption: ExpressibleByArgument, CaseIterable, Sendable {
  static var text: Self { get }
  /// The help of the option.
  static var help: String { get }
}

extension TextFormat: FormatOption {
  static var help: String { "The format of the result; json is JSON Lines." }
}

extension MetricFormat: FormatOption {
  static var help: String { "The format of the result; json is JSON Lines." }
}

extension TimeoutsFormat: FormatOption {
  static var help: String { "The format of the result; json is JSON Lines, rules a line for `ipvsadm -R`." }
}

/// How to reach the timeouts, and in which namespaces.
struct Access: Hashable {
  var backend = BackendChoice.auto
  var ipvsadm: String?
  var selection = NamespaceSelection()
}
