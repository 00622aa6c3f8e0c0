// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Signals

/// What was set so far.
struct Trial {
  private let wanted: Timeouts
  private let access: Invocation.Access
  /// Where something was set, or may have been.
  private(set) var stakes: [Stake] = []
  /// Whether something could not be set, so that the rest was not.
  private(set) var hasFailed = false

  init(_ request: TrialRequest, _ access: Invocation.Access) {
    wanted = request.wanted
    self.access = access
  }

  /// Sets what is wanted in each of these places and reads it back, until one fails or a signal comes.
  mutating func set(_ stakes: [Stake], _ relay: SignalRelay, _ account: inout Account) {
    do throws(Failure) {
      var directors = try DirectorRound(to: stakes.map(\.place), access)
      for stake in stakes where relay.signals.isEmpty {
        // Even where it fails: the answer may be what is missing.
        self.stakes.append(stake)
        let change: TimeoutsChange
        do throws(BackendError) { change = try directors.following().set(wanted) } catch { throw Failure(error) }
        let report = Report(place: stake.place, backend: directors.backend, finding: .change(change))
        _ = try report.status()
      }
    } catch {
      account.note(error)
      hasFailed = true
    }
  }
}
