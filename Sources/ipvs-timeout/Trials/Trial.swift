// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Ipvsadm
internal import Linux
internal import SystemPackage

/// Sets timeouts for a while: all of it is one change, which nothing but SIGKILL leaves half done.
struct TrialRun {
  private let request: TrialRequest
  private var output: TimeoutsOutput { request.output }
  private var access: Access { request.access }

  init(_ request: TrialRequest) {
    self.request = request
  }

  /// Sets them, lets happen what is to happen meanwhile, and keeps them or puts the old ones back.
  ///
  /// - Throws: ``Failure``, when nothing was set.
  func run() throws(Failure) -> ExitStatus {
    if request.isDryRun {
      UnfinishedTrial.reportAll()
      return try access.perform(.set(isDryRun: true), request.wanted, output)
    }
    StandardDescriptors.take()
    // It notes what the caller wants of signals, which is changed from here on.
    let jury = try TrialDecider(request.meanwhile)
    UnfinishedTrial.reportAll()
    var turn = try ChangeLock.acquired()
    var account = Account()
    let result: Result<ExitStatus, Failure> = SignalDeferral.during { relay in
      Result { () throws(Failure) in try carryOut(jury, turn, relay, &account) }
    } then: { _ in
      // Nobody is kept waiting by what reads this.
      turn = nil
      // That it cannot be written changes nothing: the status says what has become of the timeouts.
      _ = account.tell(output)
    }
    return try result.get()
  }

  private func carryOut(
    _ jury: TrialDecider, _ turn: borrowing ChangeLock?, _ relay: SignalDeferral, _ account: inout Account
  ) throws(Failure) -> ExitStatus {
    var context = CommandContext(access)
    let places = try access.selection.targets(&context)
    let status = try context.finish()
    let stakes = try stakes(in: places, &account)
    guard status == .success, account.status == .success else {
      if places.count > 1 { account.note("nothing was set, for it is all or none") }
      return status.worse(account.status)
    }
    guard relay.signals.isEmpty else { return .success }
    if places.isEmpty { account.note("there is no such network namespace, so nothing was set") }

    var record = stakes.isEmpty ? nil : written(stakes, &account)
    let isWritten = record != nil
    var trial = Trial(request, access)
    trial.set(stakes, relay, &account)
    let decision = trial.hasFailed || !relay.signals.isEmpty ? nil : jury.decision(relay)
    if let remark = decision?.remark { account.note(remark) }
    let isKept = decision?.isKept == true && relay.signals.isEmpty
    // From here on nobody is to put them back.
    if isKept { record.take()?.remove() }
    var isDisturbed = false
    let inner =
      isKept
      ? nil
      : ChangeLock.inner(of: turn) { failure in
        account.note(failure)
        isDisturbed = true
      }
    // What was killed inside has set what this one has to find.
    if !isKept, let time = record?.time { UnfinishedTrial.finish(since: time, &account) }
    let restorer = TrialRollback(access, isNamed: access.selection.showsNames, isKeeping: isKept) { stake in
      if isKept { return "the new timeouts were to stay; look with `ipvs-timeout show\(NamespaceCommands(stake.place.namespace).option)`" }
      return "when that is cured, run `\(isWritten ? "ipvs-timeout rollback" : stake.command)`"
    }
    let isDone = restorer.end(trial.stakes, &account)
    // Who still changes something inside will put back what was set here.
    if isDone, !isDisturbed { record.take()?.remove() }
    if !isDisturbed { turn?.removeNested() }
    extendLifetime(inner)
    // That they are kept is decided, and what comes now changes nothing.
    if isKept { relay.forget(relay.signals) }
    return account.status == .success ? decision?.status ?? .success : account.status
  }

  /// Reads what is in each place.
  private func stakes(in places: [NamespaceTarget], _ account: inout Account) throws(Failure) -> [Stake] {
    guard !places.isEmpty else { return [] }
    var directors = try DirectorSequence(to: places, access)
    if let sentence = directors.fallback.sentence { account.note(sentence) }
    var stakes: [Stake] = []
    for place in places {
      do throws(DirectorError) {
        let before = try directors.next().timeouts()
        let stake: Stake
        do throws(IPVSError) { stake = try Stake(place, before: before, set: request.wanted) } catch {
          throw .kernel(error)
        }
        stakes.append(stake)
        if directors.backend == .ipvsadm, let name = stake.tooLongForIpvsadm {
          account.note(
            Failure(
              "\(name.rawValue) in \(place.namespace.place) could not be put back, for it is longer than ipvsadm takes,"
                + " 31 days; leave --backend ipvsadm out, or set it with `ipvs-timeout set`", .refused))
        }
      } catch {
        if error.isSameEverywhere { throw Failure(error) }
        account.note(Failure(error))
      }
    }
    return stakes
  }

  /// Writes down what will have to be put back.
  private func written(_ stakes: [Stake], _ account: inout Account) -> TrialFile? {
    let record = TrialRecord(
      command: request.meanwhile.name, backend: access.backend.rawValue, ipvsadm: access.ipvsadm,
      stakes: stakes.map(\.record))
    do throws(Errno) {
      return try TrialFile.write(record)
    } catch {
      account.note(
        "if this program is killed, nothing will know what to put back, because"
          + " \(ChangeDirectory.usual.trials) cannot be written (\(error.description), errno \(error.rawValue))")
      return nil
    }
  }
}

/// What was set so far.
struct Trial {
  private let wanted: Timeouts
  private let access: Access
  /// Where something was set, or may have been.
  private(set) var stakes: [Stake] = []
  /// Whether something could not be set, so that the rest was not.
  private(set) var hasFailed = false

  init(_ request: TrialRequest, _ access: Access) {
    wanted = request.wanted
    self.access = access
  }

  /// Sets what is wanted in each of these places and reads it back, until one fails or a signal comes.
  mutating func set(_ stakes: [Stake], _ relay: SignalDeferral, _ account: inout Account) {
    do throws(Failure) {
      var directors = try DirectorSequence(to: stakes.map(\.place), access)
      for stake in stakes where relay.signals.isEmpty {
        // Even where it fails: the answer may be what is missing.
        self.stakes.append(stake)
        let change: TimeoutsChange
        do throws(DirectorError) { change = try directors.next().set(wanted) } catch { throw Failure(error) }
        let report = TimeoutsReport(target: stake.place, backend: directors.backend, content: .change(change))
        _ = try report.status()
      }
    } catch {
      account.note(error)
      hasFailed = true
    }
  }
}

/// Timeouts that are to be set for a while, and what happens meanwhile.
struct TrialRequest: Hashable {
  let wanted: Timeouts
  let meanwhile: Meanwhile
  var isDryRun = false
  var output = TimeoutsOutput()
  var access = Access()

  /// What happens while they are set, and what it decides.
  enum Meanwhile: Hashable {
    /// A command runs; they are kept if it succeeds in time.
    case trying([String], within: Duration?)
    /// Somebody is asked whether they are to be kept.
    case asking(within: Duration)
    /// A command runs; they are put back in any case.
    case running([String])

    /// The command of ours that this is.
    var name: String {
      switch self {
      case .trying, .asking: "try"
      case .running: "with"
      }
    }
  }
}
