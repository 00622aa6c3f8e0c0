// SPDX-License-Identifier: Apache-2.0

internal import Linux
internal import SystemPackage
internal import Text

/// What to do where there is no network namespace of a name or at a path.
package enum NamespaceAdvice {
  /// Advises, in words that follow a sentence and a semicolon.
  ///
  /// - Parameter path: Where a namespace of this name is bound instead; `nil` if no process has one bound.
  /// - Returns: The advice.
  package static func text(boundAt path: String?) -> String {
    guard let path else { return "run `ipvs-timeout show --all-netns` for a list" }
    let command = "`--netns \(path.shellWord)` reaches it"
    guard let process = ProcessPath(FilePath(path))?.process else { return "one is bound elsewhere: \(command)" }
    return "one is bound in the mount namespace of process \(process): \(command)"
  }
}
