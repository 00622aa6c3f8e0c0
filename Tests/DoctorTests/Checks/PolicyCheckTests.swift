// SPDX-License-Identifier: Apache-2.0

import IPVS
import Linux
import SystemPackage
import Testing

@testable import Directors
@testable import Doctor

@Suite struct PolicyCheckTests {
  private static let lost =
    "a reboot or unloading ip_vs loses these timeouts: nothing that doctor knows restores them"
  @Test func `cannot compare where the units mean another namespace by host`() {
    let facts = DirectorFacts.example(policy: .example(.success(nil)), isInNamedNamespace: true)
    #expect(
      PolicyCheck().findings(on: facts) == [
        .unchecked(
          .policy, "doctor runs in a network namespace that has a name, and not in the host's",
          so: "a policy names this namespace by its path, and only on the host",
          fix: .advice("run `ipvs-timeout doctor` on the host; it checks this namespace, too"))
      ])
    #expect(facts.policyLine(for: Timeouts(tcp: 8100)) == nil)
  }

  private static let refused = "no line of the policy is in force: `ipvs-timeout apply` refuses the file"

  private func findings(_ facts: DirectorFacts) -> [Finding] { PolicyCheck().findings(on: facts) }

  @Test func `finds the timeouts as wanted`() {
    #expect(
      findings(.example(policy: .example("host 60 - 45\n")))
        == [.ok(.policy, "the timeouts are as the policy /etc/ipvs-timeout.conf wants")])
  }

  @Test func `finds timeouts that differ, with the lines of the policy`() throws {
    let policy = "host 60 30 1m\n* 1 1 1\nhost - 31 -\n"
    #expect(
      findings(.example(policy: .example(policy))) == [
        .problem(
          .policy,
          "tcpfin is 30 s, wanted 31 s (/etc/ipvs-timeout.conf:3); udp is 45 s, wanted 60 s (/etc/ipvs-timeout.conf:1)",
          so: "the policy is not in force here", fix: .command("ipvs-timeout apply"))
      ])
    let blue = try NamespaceInfo.example("blue", "/proc/self/ns/net")
    #expect(
      findings(
        .example(
          namespace: .process(12), known: blue, policy: .example("blue 61 - -\n", at: "/srv/a policy"))) == [
          .problem(
            .policy, "tcp is 60 s, wanted 61 s (/srv/a policy:1)", so: "the policy is not in force here",
            fix: .command("ipvs-timeout apply '/srv/a policy' --netns blue"))
        ])
  }

  @Test func `finds what this kernel cannot have`() {
    #expect(
      findings(.example(timeouts: Timeouts(tcp: 60, tcpFin: 30), policy: .example("host 60 30 45\n"))) == [
        .problem(
          .policy, "udp is not in this kernel, wanted 45 s (/etc/ipvs-timeout.conf:1)",
          so: "this kernel cannot do what the policy wants, and `ipvs-timeout apply` fails here",
          fix: .advice("write - for that timeout in the policy"))
      ])
  }

  @Test func `finds a mistake, and that there are more`() {
    let mistake =
      #"/etc/ipvs-timeout.conf:1:6: "1x" is not a timeout; write whole seconds (900) or a duration (90s, 15m, 1h30m, 2d),"#
      + " from 1 s to 31 days (2678400 s), default, or - or 0 to keep it"
    #expect(
      findings(.example(policy: .example("host 1x 2 3\n"))) == [
        .problem(.policy, mistake, so: Self.refused, fix: .command("ipvs-timeout check-policy"))
      ])
    #expect(findings(.example(policy: .example("host 1x 2x 3\n"))).first?.fact == mistake + " (and 1 more mistake)")
    #expect(findings(.example(policy: .example("host 1x 2x 3x\n"))).first?.fact == mistake + " (and 2 more mistakes)")
  }

  @Test func `finds a file that is not accepted`() {
    for (obstacle, fix) in [
      (PolicyObstacle.writableByOthers, "chmod o-w /srv/policy"),
      (.notRegular, "ls -lL /srv/policy"),
      (.refused(.noSuchFileOrDirectory), "ls -lL /srv/policy"),
    ] {
      let error = PolicyError.unreadable("/srv/policy", obstacle)
      #expect(
        findings(.example(policy: .example(.failure(error), at: "/srv/policy"))) == [
          .problem(.policy, error.description, so: Self.refused, fix: .command(fix))
        ])
    }
  }

  @Test func `does not miss a policy where nobody has set anything`() {
    for timeouts in [Timeouts.kernelDefault, Timeouts(tcp: 900, tcpFin: 120)] {
      #expect(
        findings(.example(timeouts: timeouts)) == [
          .ok(.policy, "there is no policy (/etc/ipvs-timeout.conf), and the timeouts are the kernel's defaults")
        ])
    }
  }

  @Test func `says that a reboot loses the timeouts, and what keeps them`() throws {
    #expect(
      findings(.example()) == [
        .note(
          .policy, "there is no policy (/etc/ipvs-timeout.conf)", so: Self.lost,
          fix: .command("printf '\\n%s\\n' 'host 60 30 45' >>/etc/ipvs-timeout.conf && ipvs-timeout apply"))
      ])
    let blue = try NamespaceInfo.example("blue", "/proc/self/ns/net")
    #expect(
      findings(
        .example(
          timeouts: Timeouts(tcp: 60, tcpFin: 30), namespace: .named("blue"), known: blue,
          policy: .example("host 1 1 1\n"))) == [
          .note(
            .policy, "the policy /etc/ipvs-timeout.conf wants nothing in this network namespace", so: Self.lost,
            fix: .command(
              "printf '\\n%s\\n' '/run/netns/blue 60 30 -' >>/etc/ipvs-timeout.conf && ipvs-timeout apply"))
        ])
    // No line of a policy can name these, or it would match others, too.
    for namespace in [NetworkNamespace.process(12), .path("/run/netns/a b"), .path("/run/netns/a*")] {
      #expect(findings(.example(namespace: namespace)).map(\.fix?.text) == [nil])
    }
  }

  @Test func `does not say so where something else restores them`() throws {
    let here = NamespaceInfo(.current, try NamespaceIdentity("/proc/self/ns/net"), name: "host", paths: [])
    let fact = "there is no policy (/etc/ipvs-timeout.conf)"
    func writer(_ timeouts: Timeouts) -> TimeoutWriter {
      TimeoutWriter(
        program: .keepalived, process: HostProcess(12, "keepalived", in: here.fileIdentity),
        plan: .writes(timeouts, in: .file("/k.conf")))
    }
    let set = Timeouts(tcp: 60, tcpFin: 30, udp: 45)
    #expect(
      findings(.example(known: here, writers: [writer(set)])) == [
        .ok(.policy, "\(fact); keepalived (pid 12) sets these timeouts when it starts")
      ])
    // One that writes something else does not keep them, and no second writer is advised.
    let other = findings(.example(known: here, writers: [writer(Timeouts(tcp: 61, tcpFin: 30, udp: 45))]))
    #expect(other == [.note(.policy, fact, so: Self.lost)])
    for isRestored in [true, false] {
      let rules = SavedRules(path: "/etc/ipvsadm.rules", timeouts: set, isRestored: isRestored)
      let found = findings(.example(known: here, savedRules: [rules]))
      #expect(found.map(\.severity) == [isRestored ? .ok : .note])
      if isRestored {
        #expect(
          found.first?.fact == "\(fact); the service ipvsadm restores these timeouts at boot (/etc/ipvsadm.rules)")
      }
    }
  }

  @Test func `does not mind timeouts that no service uses, where others have services`() throws {
    let here = NamespaceInfo(.current, try NamespaceIdentity("/proc/self/ns/net"), name: "host", paths: [])
    let red = try NamespaceInfo.example("red", "/proc/self/ns/mnt")
    let users = [OtherNamespaces.Neighbour(known: red, timeouts: .success(.kernelDefault))]
    let found = findings(
      .example(
        services: .success(ServiceCounts(services: [:])), known: here,
        otherNamespaces: .success(OtherNamespaces(listing: NamespaceList([here, red]), users: users))))
    #expect(
      found == [
        .ok(.policy, "there is no policy (/etc/ipvs-timeout.conf), and no virtual service here uses these timeouts")
      ])
  }

  static let units: [([String: SystemdUnits.State], String?, String?, String?)] = [
    (
      ["ipvs-timeout.service": .enabled, "ipvs-timeout.path": .enabled, "ipvs-timeout.timer": .enabled], nil, nil, nil
    ),
    (
      ["ipvs-timeout.service": .enabled, "ipvs-timeout.path": .enabled, "ipvs-timeout.timer": .installed],
      "ipvs-timeout.timer is not enabled", "nothing restores the timeouts when another program sets them",
      "systemctl enable --now ipvs-timeout.timer"
    ),
    (
      ["ipvs-timeout.service": .installed, "ipvs-timeout.path": .installed, "ipvs-timeout.timer": .enabled],
      "ipvs-timeout.service and ipvs-timeout.path are not enabled",
      "at boot or in a new namespace, the policy may come into force up to a minute late",
      "systemctl enable --now ipvs-timeout.service ipvs-timeout.path"
    ),
    (
      [:], "ipvs-timeout.service, ipvs-timeout.path and ipvs-timeout.timer are not enabled",
      "nothing applies the policy after a reboot, in a new namespace, or when another program sets the timeouts",
      "install the units (`make install`), then `systemctl enable --now ipvs-timeout.service ipvs-timeout.path"
        + " ipvs-timeout.timer`"
    ),
  ]

  @Test(arguments: units)
  func `says which units do not apply it`(
    states: [String: SystemdUnits.State], fact: String?, consequence: String?, fix: String?
  ) {
    let found = findings(.example(policy: .example("host 60 30 45\n", units: SystemdUnits(states)))).dropFirst()
    #expect(found.map(\.fact) == [fact].compactMap(\.self))
    #expect(found.map(\.consequence) == [consequence].compactMap(\.self))
    #expect(found.map { $0.fix?.text } == [fix].compactMap(\.self))
    #expect(found.allSatisfy { $0.severity == .note })
  }
}
