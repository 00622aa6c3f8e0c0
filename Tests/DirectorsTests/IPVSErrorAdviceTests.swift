// SPDX-License-Identifier: Apache-2.0

import IPVS
import Linux
import SystemPackage
import Testing

@testable import Directors

/// The advice of this program for each kind of failure, after the sentence of the library.
@Suite struct IPVSErrorAdviceTests {
  static let advice: [(IPVSError.Code, String)] = [
    (.notInKernel, "install the module, or boot a kernel that has it (CONFIG_IP_VS)"),
    (.modulesNotVisible, "run `modprobe ip_vs` on the host itself, or reboot if the kernel was upgraded"),
    (.moduleNotLoaded, "run `modprobe -v ip_vs` to see why"),
    (.moduleLoadingDisabled, "load ip_vs at boot, before kernel.modules_disabled is set to 1"),
    (.unloaded, "run `modprobe ip_vs`, then try again"),
    (.noSocketDiagnosis, "run `modprobe tcp_diag`, or boot a kernel that has it (CONFIG_INET_TCP_DIAG)"),
    (.notRoot, "run it as root, for example with sudo (containers: --user 0 --cap-add NET_ADMIN)"),
    (.missingCapability, "grant it (containers: --cap-add NET_ADMIN)"),
    (
      .userNamespace,
      "run it as root of the host, or with --backend auto in a network namespace that this user namespace owns"
    ),
    (.foreignNamespace, "run it as root of the host"),
    (.noSuchNamespace, "run `ipvs-timeout show --all-netns` for a list"),
    (.notANamespace, "run `ipvs-timeout show --all-netns` for a list"),
    (.mayNotEnter, "grant CAP_SYS_ADMIN, and also CAP_SYS_PTRACE to enter the namespace of a process"),
    (.valueRefused, IPVSError.shorter(than: TimerWheel.current.longestTimeout)),
    (.refused, "check the limits (`ulimit -a`), the security policy and the free memory (`dmesg`)"),
    (.answerLost, "check the limits (`ulimit -a`), the security policy and the free memory (`dmesg`)"),
    (.timedOut, "check for a hanging modprobe or a stuck task (`dmesg`), then try again"),
    (.truncatedReply, "please report it, with the output of `uname -a`"),
    (.unexpectedReply, "please report it, with the output of `uname -a`"),
    (.library, "please report it, with the output of `uname -a`"),
  ]

  @Test func `names the limit of this kernel, and guesses none`() {
    #expect(
      IPVSError.shorter(than: 8_589_934) == "choose a shorter timeout (this kernel accepts at most 8589934 s, 99 days)")
    #expect(IPVSError.shorter(than: nil) == "choose a shorter timeout")
  }

  /// The namespaces, and the command that shows their timeouts.
  static let places: [(NetworkNamespace, String)] = [
    (.current, "ipvs-timeout show"),
    (.named("blue"), "ipvs-timeout show --netns blue"),
    (.path("/run/netns/x"), "ipvs-timeout show --netns /run/netns/x"),
    (.process(7), "ipvs-timeout show --netns 7"),
    (.named("-x"), "ipvs-timeout show --netns=-x"),
    (.named("\u{1B}[2J\n"), #"ipvs-timeout show --netns $'\x1b[2J\x0a'"#),
    (.path("/\u{202E}x"), #"ipvs-timeout show --netns $'/\xe2\x80\xaex'"#),
  ]

  @Test(arguments: advice)
  func `depends on the kind of failure`(code: IPVSError.Code, advice: String) {
    for operation in [.open, .listNamespaces, .readTimeouts] as [IPVSError.Operation]
    where code != .notRoot || operation != .listNamespaces {
      let error = IPVSError(code, operation, errno: .notPermitted)
      #expect(error.advice == advice)
      #expect(error.sentence == "\(error.description); \(advice)")
    }
  }

  @Test func `names no other backend for a renewal, which works over netlink only`() {
    #expect(
      IPVSError(.userNamespace, .readTimeouts, errno: .notPermitted).aboutRenewal.sentence
        == "cannot renew connections in this network namespace: netlink refuses root of a user namespace (Operation not"
        + " permitted, errno 1); run it as root of the host")
    let other = IPVSError(.notRoot, .readTimeouts, errno: .notPermitted)
    #expect(other.aboutRenewal == other)
  }

  @Test(arguments: advice)
  func `is one line without a full stop, and not in the sentence already`(code: IPVSError.Code, advice: String) {
    #expect(advice.last != ".")
    #expect(advice.split(whereSeparator: \.isNewline).count == 1)
    #expect(!IPVSError(code, .open).description.contains(advice))
  }

  @Test(arguments: places)
  func `names the command that shows whether an unanswered change was made`(
    namespace: NetworkNamespace, showing: String
  ) {
    for (code, advice) in Self.advice {
      let error = IPVSError(code, .setTimeouts, in: namespace, sending: Timeouts(udp: 5))
      let isInDoubt = [.timedOut, .answerLost, .truncatedReply, .unexpectedReply].contains(code)
      // To enter another namespace, a container needs more than CAP_NET_ADMIN.
      let advice = code == .notRoot && namespace != .current ? "run it as root, for example with sudo" : advice
      #expect(
        error.advice == advice + (isInDoubt ? "; the timeouts may have been set: check with `\(showing)`" : ""))
    }
  }

  /// The advice after a renewal that failed in the own network namespace, and in another one.
  @Test(
    arguments: [
      (
        .backupDaemonRuns, .startDaemon, nil, "renew them on the director that forwards them",
        "renew them on the director that forwards them"
      ),
      (
        .renewalDaemonRuns, .startDaemon, nil,
        "run `ipvs-timeout rollback`; if there is no record of it, `ipvsadm --stop-daemon backup`",
        "run `ipvs-timeout rollback`; if there is no record of it, `nsenter --net=/no/blue ipvsadm --stop-daemon backup`"
      ),
      (
        .backupOnly, .startDaemon, nil, "run `sysctl -w net.ipv4.vs.backup_only=0` first",
        "run `nsenter --net=/no/blue sysctl -w net.ipv4.vs.backup_only=0` first"
      ),
      (
        .loopbackDown, .startDaemon, nil, "run `ip link set lo up` first",
        "run `nsenter --net=/no/blue ip link set lo up` first"
      ),
      (
        .mixedAddressFamilies, .startDaemon, .invalidArgument,
        "wait until the old timers end: `ipvs-timeout connections --wait`",
        "wait until the old timers end: `ipvs-timeout connections --wait --netns /no/blue`"
      ),
      (
        .messagesLost, .renewConnections, nil, "let the packet filter accept UDP from 127.0.0.1 to 224.0.0.0/24 on lo",
        "let the packet filter accept UDP from 127.0.0.1 to 224.0.0.0/24 on lo"
      ),
      (
        .timeoutsChanged, .renewConnections, nil, "find out which program, and renew again",
        "find out which program, and renew again"
      ),
      (
        .refused, .renewConnections, .noBufferSpace, "raise net.core.rmem_default, and renew again",
        "raise net.core.rmem_default, and renew again"
      ),
      (.refused, .renewConnections, .noSuchProcess, "renew again", "renew again"),
    ] as [(IPVSError.Code, IPVSError.Operation, Errno?, String, String)])
  func `depends on what prevents a renewal`(
    code: IPVSError.Code, operation: IPVSError.Operation, errno: Errno?, here: String, there: String
  ) {
    for (namespace, advice) in [(.current, here), (.path("/no/blue"), there)] as [(NetworkNamespace, String)] {
      let error = IPVSError(code, operation, in: namespace, errno: errno)
      #expect(error.advice == advice)
      #expect(error.sentence == "\(error.description); \(advice)")
    }
  }

  @Test func `follows a record that could not be written`() {
    #expect(
      IPVSError(.refused, .recordRenewal, in: .named("blue"), errno: .noSpace).sentence
        == "cannot write to /run/ipvs-timeout/trials, so no connection was renewed: the system refused (No space left on"
        + " device, errno 28); check the limits (`ulimit -a`), the security policy and the free memory (`dmesg`)")
  }

  @Test func `does not mention IPVS where only files cannot be read`() {
    #expect(
      IPVSError(.notRoot, .listNamespaces, errno: .permissionDenied).sentence
        == "cannot list the network namespaces (/run/netns, /run/docker/netns, /proc): only root may read all of them"
        + " (Permission denied, errno 13); run it as root, for example with sudo")
  }

  @Test(arguments: [IPVSError.Code.noSuchNamespace, .notANamespace])
  func `names the path where the namespace is bound instead`(code: IPVSError.Code) {
    for (path, words) in [
      (
        "/proc/4711/root/run/netns/q 1",
        "one is bound in the mount namespace of process 4711: `--netns '/proc/4711/root/run/netns/q 1'` reaches it"
      ),
      ("/data/netns/q1", "one is bound elsewhere: `--netns /data/netns/q1` reaches it"),
    ] {
      #expect(IPVSError(code, .open, in: .named("q1"), detail: path).advice == words)
    }
  }

  @Test func `is absent for a code of a later version`() {
    let error = IPVSError(.init(rawValue: "of-a-later-version"), .open)
    #expect(error.advice == nil)
    #expect(error.sentence == error.description)
  }

  @Test func `makes the sentence that this program prints`() {
    #expect(
      IPVSError(.notRoot, .readTimeouts, in: .named("blue"), errno: .notPermitted).sentence
        == "cannot read the timeouts in the network namespace blue: IPVS requires the capability CAP_NET_ADMIN"
        + " (Operation not permitted, errno 1); run it as root, for example with sudo")
    #expect(
      IPVSError(.timedOut, .setTimeouts, sending: Timeouts(tcp: 60, udp: 5)).sentence
        == "cannot set the timeouts tcp=60 udp=5 in this network namespace: the kernel did not answer in time;"
        + " check for a hanging modprobe or a stuck task (`dmesg`), then try again;"
        + " the timeouts may have been set: check with `ipvs-timeout show`")
  }

  /// The system did not refuse these, so its limits are not the advice.
  @Test(
    arguments: [
      (.untrusted(.writable), "other users may write to it"), (.tooMany, "it has 1000 records already"),
      (.tooLarge, "its records have 8 MiB already"), (.tooLong, "the record is longer than 1 MiB"),
      (.tooManyNamespaces, "there are more than 4096 network namespaces"),
    ] as [(TrialFileError, String)])
  func `a record that is not written has its own reason`(error: TrialFileError, reason: String) {
    #expect(
      IPVSError.notRecorded(error).sentence
        == "cannot write to /run/ipvs-timeout/trials, so no connection was renewed: \(reason); run `ipvs-timeout"
        + " rollback`, which reports what to do with the records")
  }

  @Test func `a record that the system refuses has the errno`() {
    let error = IPVSError.notRecorded(.system(.noSpace), in: .named("blue"))
    #expect(error.code == .refused && error.underlyingErrno == .noSpace && error.namespace == .named("blue"))
  }
}
