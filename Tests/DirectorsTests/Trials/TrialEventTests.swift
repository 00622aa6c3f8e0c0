// SPDX-License-Identifier: Apache-2.0

import IPVS
import Linux
import SystemPackage
import Testing

@testable import Directors

/// The sentences about trials, and the words for their results.
@Suite struct TrialEventTests {
  private static let before = Timeouts(tcp: 900, tcpFin: 120, udp: 300)
  private static let failure = DirectorError.kernel(IPVSError(.timedOut, .readTimeouts))
  private static let blue = NetworkNamespace.named("blue")

  private static func result(
    set: Timeouts, last: Timeouts, after: Timeouts? = nil, isKept: Bool = false
  ) -> TrialResult {
    let plan =
      isKept ? RollbackPlan(keeping: set, now: last) : RollbackPlan(before: before, set: set, now: last)
    return TrialResult(
      target: TrialTarget(blue, name: "blue"), backend: .netlink, before: before, tried: set.merging(before),
      last: last, after: after ?? plan.restored.merging(last), isKept: isKept, plan: plan)
  }

  @Test(
    arguments: [
      (.fallback(.notNeeded), nil),
      (.renewed(RenewalReport(), TrialTarget(blue, name: "blue")), nil),
      (
        .stoppedDaemon(blue),
        "stopped the backup daemon that a killed renewal had left in the network namespace blue"
      ),
      (.stoppedDaemon(.current), "stopped the backup daemon that a killed renewal had left in this network namespace"),
      (.failed(failure), failure.description),
      (.failed(failure, advice: "wait"), "\(failure); wait"),
      (
        .tooLongForIpvsadm(.tcp, in: .current),
        "tcp in this network namespace could not be restored through ipvsadm, which accepts at most 31 days; leave out"
          + " --backend ipvsadm, or use `ipvs-timeout set`"
      ),
      (.nothingSet, "nothing was set, because a trial sets all of its network namespaces or none"),
      (.noNamespace, "nothing was set, because no network namespace was selected"),
      (
        .notRecorded(.system(.noSpace)),
        "cannot write to /run/ipvs-timeout/trials (No space left on device, errno 28), so the old timeouts cannot be"
          + " restored automatically if this program is killed"
      ),
      (.remark("there was no answer in time"), "there was no answer in time"),
      (
        .disturbed(LockHolder(process: 7, command: "sleep 9")),
        "a process of the command still changes timeouts: `sleep 9` (process 7) did not end within 10 s; when it has"
          + " ended, check the timeouts and run `ipvs-timeout rollback`"
      ),
      (
        .gone(blue, isKept: false),
        "the network namespace blue no longer exists, so there are no timeouts to restore"
      ),
      (
        .gone(blue, isKept: true),
        "the network namespace blue no longer exists, so there are no timeouts to keep"
      ),
      (
        .left(.tcpFin, result(set: Timeouts(tcpFin: 30), last: Timeouts(tcp: 900, tcpFin: 77, udp: 300))),
        "tcpfin in the network namespace blue is left at 77 s: the trial set it from 120 s to 30 s, but the command or"
          + " another program has changed it since"
      ),
      (.result(result(set: Timeouts(), last: before), isEarlier: false), nil),
    ] as [(TrialEvent, String?)])
  func `has a sentence`(event: TrialEvent, sentence: String?) {
    #expect(event.sentence == sentence)
    #expect((sentence?.split(separator: "; ").first?.count ?? 0) <= 160)
  }

  @Test(
    arguments: [
      (
        .notRecorded(.untrusted(.owner(65534))),
        """
        cannot write to /run/ipvs-timeout/trials (it belongs to user 65534), so the old timeouts \
        cannot be restored automatically if this program is killed
        """
      ),
      (
        .notRecorded(.tooMany),
        """
        cannot write to /run/ipvs-timeout/trials (it has 1000 records already), so the old timeouts \
        cannot be restored automatically if this program is killed
        """
      ),
      (
        .notRecorded(.tooLong),
        """
        cannot write to /run/ipvs-timeout/trials (the record is longer than 1 MiB), so the old \
        timeouts cannot be restored automatically if this program is killed
        """
      ),
      (
        .unreadable("/run/x"),
        """
        cannot read /run/x, which an earlier trial or renewal left; check the timeouts with \
        `ipvs-timeout show --all-netns`, correct them, then run `ipvs-timeout rollback --keep`
        """
      ),
      (
        .notRead("/run/x", .ioError),
        """
        cannot read /run/x, which an earlier trial or renewal left (Input/output error, errno 5); when this is fixed, \
        run `ipvs-timeout rollback`
        """
      ),
      (
        .notARecord("/run/x", .notFile),
        """
        /run/x is not a record of a trial: it is not a regular file; check the timeouts with \
        `ipvs-timeout show --all-netns`, correct them, then run `ipvs-timeout rollback --keep`
        """
      ),
      (
        .notRemoved("/run/x y", .directoryNotEmpty),
        "cannot remove /run/x y (Directory not empty, errno 39); remove it with `rm -r '/run/x y'`"
      ),
      (
        .unusableRecords("/run/x", .untrusted(.writable)),
        """
        the records of trials in /run/x are not used, because other users may write to it; check the \
        timeouts with `ipvs-timeout show --all-netns`, correct them, then run `rm -r /run/x`
        """
      ),
      (
        .unusableRecords("/run/x", .tooMany),
        """
        the records of trials in /run/x are not used, because there are more than 1000; check the \
        timeouts with `ipvs-timeout show --all-netns`, correct them, then run `rm -r /run/x`
        """
      ),
      (
        .unusableRecords("/run/x", .tooLarge),
        """
        the records of trials in /run/x are not used, because they have more than 8 MiB; check the \
        timeouts with `ipvs-timeout show --all-netns`, correct them, then run `rm -r /run/x`
        """
      ),
      (
        .unusableRecords("/run/x", .system(.tooManyOpenFiles)),
        """
        cannot read the records of trials in /run/x (Too many open files, errno 24); when this is \
        fixed, run `ipvs-timeout rollback`
        """
      ),
      (
        .stillRunning(LockHolder(process: 7, command: "sleep 9"), "with"),
        """
        an earlier `ipvs-timeout with` is not finished, because `sleep 9` (process 7) still runs in \
        the same network namespace; wait until it ends, then run `ipvs-timeout rollback`
        """
      ),
    ] as [(TrialEvent, String)])
  func `an event about records has a sentence`(event: TrialEvent, sentence: String) {
    #expect(event.sentence == sentence)
    #expect((sentence.split(separator: "; ").first?.count ?? 0) <= 160)
  }

  // The marker of results keeps its words. plain-english: off
  @Test(
    arguments: [
      (Timeouts(udp: 5), Timeouts(tcp: 900, tcpFin: 120, udp: 5), false, "put back"),
      (Timeouts(udp: 5), Timeouts(tcp: 900, tcpFin: 120, udp: 5), true, "kept"),
      (Timeouts(udp: 5), before, false, "as before"),
      (Timeouts(udp: 300), before, false, "unchanged"),
      (Timeouts(udp: 300), before, true, "unchanged"),
      (Timeouts(udp: 5), Timeouts(tcp: 900, tcpFin: 120, udp: 7), false, "left as it is"),
      (Timeouts(tcp: 60, udp: 5), Timeouts(tcp: 60, tcpFin: 120, udp: 7), false, "put back, but not udp"),
      (Timeouts(tcp: 60, udp: 5), Timeouts(tcp: 61, tcpFin: 120, udp: 7), true, "kept, but not tcp udp"),
    ] as [(Timeouts, Timeouts, Bool, String)])
  func `a result in a few words`(set: Timeouts, last: Timeouts, isKept: Bool, outcome: String) {
    let result = Self.result(set: set, last: last, isKept: isKept)
    #expect(result.outcome == outcome)
    #expect((result.replaced == nil) == ["unchanged", "as before", "left as it is"].contains(outcome))
    #expect(result.mismatch == nil)
  }
  // plain-english: on

  @Test func `a result that the kernel does not have`() {
    let last = Timeouts(tcp: 900, tcpFin: 120, udp: 5)
    let mismatch = Self.result(set: Timeouts(udp: 5), last: last, after: last).mismatch
    #expect(
      mismatch?.sentence(in: .current)
        == "the timeouts in this network namespace differ from the values just set: udp is 5 s, wanted 300 s; another"
        + " program may have changed them (keepalived, kube-proxy, kube-router: set them there, too), or the kernel"
        + " lacks the protocol")
  }

  @Test(arguments: [
    ("host", "ipvs-timeout set 900 - 300", "host"), ("blue", "ipvs-timeout set 900 - 300 --netns blue", "blue"),
    ("pid 7 (sleep)", "ipvs-timeout set 900 - 300 --netns 'pid 7 (sleep)'", "pid 7 (sleep)"),
  ])
  func `a snapshot has the command that restores it`(name: String, command: String, shown: String) {
    let set = Timeouts(tcp: 60, udp: 5)
    let snapshot = TrialSnapshot(name: name, fingerprint: nil, before: Self.before, set: set)
    #expect(snapshot.command == command)
    #expect(snapshot.target.name == shown)
    #expect(snapshot.change == "(tcp 60 s, before 900 s, udp 5 s, before 300 s)")
    #expect(snapshot.tooLongForIpvsadm == nil)
  }
}
