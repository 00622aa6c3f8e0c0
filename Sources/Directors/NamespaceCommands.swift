// SPDX-License-Identifier: Apache-2.0

package import IPVS
internal import Linux
internal import SystemPackage
internal import Text

/// The options and commands for one network namespace, ready to be pasted into a shell.
package struct NamespaceCommands {
  private let namespace: NetworkNamespace
  /// The known facts about the namespace, if it was looked up.
  private let known: NamespaceInfo?

  /// Creates commands for a namespace.
  ///
  /// - Parameters:
  ///   - namespace: The network namespace.
  ///   - known: The known facts about it, if it was looked up.
  package init(_ namespace: NetworkNamespace, known: NamespaceInfo? = nil) {
    self.namespace = known?.namespace ?? namespace
    self.known = known
  }

  /// Creates commands for a namespace that was found.
  package init(_ known: NamespaceInfo) {
    self.init(known.namespace, known: known)
  }

  /// The option of this program that names the namespace, after a blank; empty for the caller's own namespace.
  package var option: String { namespace == .current ? "" : namedOption }

  /// The option of this program that names the namespace, after a blank, also for the caller's own namespace.
  package var namedOption: String {
    switch namespace {
    case .current: " --netns host"
    case .process(let number): " --netns \(number)"
    case .path(let path) where path.lastComponent?.string == known?.name: NamespaceCommands.option(known?.name ?? "")
    case .named, .path: NamespaceCommands.option(namespace.description)
    }
  }

  /// The command that shows the timeouts of the namespace.
  package var showing: String { "ipvs-timeout show" + option }

  /// The command that runs another one in the namespace, with its arguments and a blank; empty for the caller's own
  /// namespace.
  package var entering: String {
    let files = namespace.files
    guard namespace != .current, let file = NamespaceIdentity.first(of: files)?.path ?? files.first else { return "" }
    return "nsenter --net=\(file.string.shellWord) "
  }

  private static func option(_ name: String) -> String {
    " --netns\(name.hasPrefix("-") ? "=" : " ")\(name.shellWord)"
  }
}
