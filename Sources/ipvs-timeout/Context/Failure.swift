// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import Ipvsadm
internal import SystemPackage
internal import Text

/// The reason why the program ends early: a message for standard error, if any, and the exit status.
struct Failure: Error, Hashable {
  /// Whole lines without the last newline, or nothing.
  let message: String?
  let status: ExitStatus

  private init(message: String?, status: ExitStatus) {
    self.message = message
    self.status = status
  }

  /// A failure with one sentence of this program.
  init(_ sentence: String, _ status: ExitStatus) {
    self.init(message: "ipvs-timeout: \(sentence)", status: status)
  }

  /// A failure with several sentences, each on its own line.
  init(sentences: [String], _ status: ExitStatus) {
    self.init(message: sentences.map { "ipvs-timeout: \($0)" }.joined(separator: "\n"), status: status)
  }

  /// A failure to understand the command line.
  static func usage(_ sentence: String) -> Failure {
    Failure(sentence, .usage)
  }

  /// A failure of a backend, with the exit status that ipvsadm would have in its own forms.
  init(_ error: DirectorError, status: ExitStatus? = nil) {
    self.init(error.description, status ?? error.exitStatus)
  }

  /// A refused command line in ipvsadm's language.
  init(_ refusal: IpvsadmRefusal) {
    let status = ExitStatus(rawValue: refusal.status)
    if refusal.isIpvsadmsOwn {
      self.init(message: refusal.description, status: status)
    } else {
      self.init(refusal.description, status)
    }
  }

  /// The reader has closed the output, so nobody would read a message.
  static let outputClosed = Failure(message: nil, status: .outputClosed)
}

extension Failure {
  /// A policy that is not applied, with each of its errors on its own line.
  init(_ error: PolicyError, in path: FilePath) {
    switch error {
    case .unreadable(_, let obstacle):
      let status: ExitStatus =
        switch obstacle {
        case .refused(.permissionDenied), .refused(.notPermitted): .notPermitted
        case .timedOut: .timedOut
        case .noThread: .refused
        case .refused, .notRegular, .writableByOthers, .tooLarge: .badPolicy
        }
      self.init(error.description, status)
    case .mistakes(let mistakes, let more):
      let total = mistakes.count + more
      let count =
        total == 1
        ? "an error" : "\(total) errors" + (more > 0 ? ", of which the first \(mistakes.count) are listed" : "")
      self.init(
        sentences: mistakes.map(\.description) + ["nothing was changed, because \(path.string.printable) has \(count)"],
        .badPolicy)
    }
  }
}
