// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import Ipvsadm
internal import SystemPackage
internal import Text

/// What ends the program early: what to print on standard error, if anything, and the exit status.
struct Failure: Error, Hashable {
  /// Whole lines without the last newline, or nothing.
  let message: String?
  let status: ExitStatus

  private init(message: String?, status: ExitStatus) {
    self.message = message
    self.status = status
  }

  /// A failure told in the program's own sentence.
  init(_ sentence: String, _ status: ExitStatus) {
    self.init(message: "ipvs-timeout: \(sentence)", status: status)
  }

  /// A failure told in several sentences, each on a line of its own.
  init(sentences: [String], _ status: ExitStatus) {
    self.init(message: sentences.map { "ipvs-timeout: \($0)" }.joined(separator: "\n"), status: status)
  }

  /// A command line that is not understood.
  static func usage(_ sentence: String) -> Failure {
    Failure(sentence, .usage)
  }

  /// A backend that failed; where ipvsadm's forms were used, `status` is what ipvsadm would exit with.
  init(_ error: DirectorError, status: ExitStatus? = nil) {
    self.init(error.description, status ?? error.exitStatus)
  }

  /// A command line in ipvsadm's language that is not carried out.
  init(_ refusal: IpvsadmRefusal) {
    let status = ExitStatus(rawValue: refusal.status)
    if refusal.isIpvsadmsOwn {
      self.init(message: refusal.description, status: status)
    } else {
      self.init(refusal.description, status)
    }
  }

  /// The reader of the output has gone; there is nobody to tell.
  static let outputClosed = Failure(message: nil, status: .outputClosed)
}

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
