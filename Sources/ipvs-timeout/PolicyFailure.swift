// SPDX-License-Identifier: Apache-2.0

internal import Policy
internal import SystemPackage
internal import Text

extension Failure {
  /// A policy that is not obeyed, with every mistake in it on a line of its own.
  init(_ error: PolicyError, in path: FilePath) {
    switch error {
    case .unreadable:
      let mayNot = error.errno == .permissionDenied || error.errno == .notPermitted
      self.init(error.description, mayNot ? .notPermitted : .badPolicy)
    case .mistakes(let mistakes):
      let count = mistakes.count == 1 ? "a mistake" : "\(mistakes.count) mistakes"
      self.init(
        sentences: mistakes.map(\.description) + ["nothing was done, because \(path.string.printable) has \(count)"],
        .badPolicy)
    }
  }
}
