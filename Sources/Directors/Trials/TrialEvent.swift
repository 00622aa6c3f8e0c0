// SPDX-License-Identifier: Apache-2.0

package import IPVS
package import Linux
package import SystemPackage

/// What there is to report of a trial.
///
/// It is reported when all is over: a reader may be slow, or read nothing at all, and nothing that is to be restored can
/// wait for that.
package enum TrialEvent: Sendable, Hashable {
  /// What has become of the timeouts in one namespace, in this trial or in an earlier one that it has finished.
  case result(TrialResult, isEarlier: Bool)
  /// Another backend was taken than expected.
  case fallback(Fallback)
  /// A director did not do what was asked of it; the advice is what to do, if the error does not say it.
  case failed(DirectorError, advice: String? = nil)
  /// The kernel does not have what was set or restored.
  case mismatch(TimeoutsChange.Mismatch, in: NetworkNamespace)
  /// ipvsadm could not restore this timeout.
  case tooLongForIpvsadm(Timeouts.Name, in: NetworkNamespace)
  /// One of several namespaces is the reason that nothing was set in any.
  case nothingSet
  /// There is no namespace in which anything could be set.
  case noNamespace
  /// The record of what has to be restored could not be written.
  case notRecorded(Errno)
  /// What there is to say of the decision.
  case remark(String)
  /// A process that is part of this change has not ended in time; `nil` where it cannot be seen which.
  case disturbed(LockHolder?)
  /// The namespace has gone during the trial.
  case gone(NetworkNamespace, isKept: Bool)
  /// Somebody else has changed this timeout during the trial.
  case left(Timeouts.Name, TrialResult)
  /// An earlier trial's record, at this path, cannot be read.
  case unreadable(String)
}

extension TrialEvent {
  /// The sentence for people; `nil` for a result, which has a format, and where there is nothing to say.
  package var sentence: String? {
    switch self {
    case .result: nil
    case .fallback(let fallback): fallback.sentence
    case .failed(let error, let advice): error.description + (advice.map { "; \($0)" } ?? "")
    case .mismatch(let mismatch, let namespace): mismatch.sentence(in: namespace)
    case .tooLongForIpvsadm(let name, let namespace):
      "\(name.rawValue) in \(namespace.place) could not be restored through ipvsadm, which accepts at most 31 days;"
        + " leave out --backend ipvsadm, or use `ipvs-timeout set`"
    case .nothingSet: "nothing was set, because a trial sets all of its network namespaces or none"
    case .noNamespace: "nothing was set, because no network namespace was selected"
    case .notRecorded(let errno):
      "cannot write to \(ChangeDirectory.usual.trials) (\(errno.description), errno \(errno.rawValue)), so the old"
        + " timeouts cannot be restored automatically if this program is killed"
    case .remark(let sentence): sentence
    case .disturbed(let holder):
      "a process of the command still changes timeouts: \(holder.subject) did not end within 10 s; when it has ended,"
        + " check the timeouts and run `ipvs-timeout rollback`"
    case .gone(let namespace, let isKept):
      "\(namespace.place) no longer exists, so there are no timeouts to \(isKept ? "keep" : "restore")"
    case .left(let name, let result): result.sentence(name)
    case .unreadable(let path):
      "cannot read \(path), which an earlier `ipvs-timeout try` or `with` left; check the timeouts with"
        + " `ipvs-timeout show --all-netns`, correct them, then run `ipvs-timeout rollback --keep`"
    }
  }
}
