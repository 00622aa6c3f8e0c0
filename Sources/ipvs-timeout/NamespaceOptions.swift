// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import IPVS

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
  var scope: Scope {
    let choice: Scope.Choice =
      if !netns.isEmpty { .these(namespaces) } else if allNetns || inUse { .all } else { .unsaid }
    return Scope(choice: choice, isInUseOnly: inUse)
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
