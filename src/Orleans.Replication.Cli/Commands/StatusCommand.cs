using System.CommandLine;
using System.Globalization;
using Orleans.Replication.Administration.Wire;
using Orleans.Replication.Cli.Output;
using Orleans.Replication.Cli.Remote;

namespace Orleans.Replication.Cli.Commands;

/// <summary><c>status</c>: what a silo knows about its groups.</summary>
internal sealed class StatusCommand() : RemoteCommand("status", "Shows what a silo knows about its groups: its role, the term, who leads, how far it is.")
{
    protected override async Task<int> AskAsync(AdminClient client, ParseResult arguments, Report report, CancellationToken cancellationToken)
    {
        // All groups, unless one is named.
        var request = new AdminRequest { Group = arguments.GetResult(Group)?.Implicit == false ? arguments.GetValue(Group) : string.Empty, Status = new StatusRequest() };
        var reply = (await client.AskAsync(request, cancellationToken).ConfigureAwait(false)).Status;
        report.Write(
            new
            {
                PeerId = reply.PeerId,
                Groups = reply.Groups.Select(group => new
                {
                    group.Name,
                    group.Role,
                    group.Term,
                    Leader = Nothing(group.Leader),
                    group.CommitIndex,
                    group.AppliedIndex,
                    Fault = Nothing(group.Fault),
                    Quarantine = Nothing(group.Quarantine),
                    Divergence = Nothing(group.Divergence),
                    OperationsVersion = Nothing(group.OperationsVersion),
                    DeclaredOperationsVersion = Nothing(group.DeclaredOperationsVersion),
                    Members = group.Members.Select(member => new { member.PeerId, Addresses = member.Addresses.ToArray(), member.Role }),
                }),
            },
            people =>
            {
                people.Line($"Silo {reply.PeerId}");
                people.Table(
                    ["group", "role", "term", "leader", "committed", "applied", "members"],
                    reply.Groups.Select(group => (string[])[
                        group.Name, group.Role, Text(group.Term), group.Leader.Length == 0 ? "none" : group.Leader, Text(group.CommitIndex), Text(group.AppliedIndex),
                        Text(group.Members.Count)]));
                foreach (var faulty in reply.Groups.Where(group => group.Fault.Length > 0))
                    people.Line($"Group '{faulty.Name}' is out of service on this silo: {faulty.Fault}");
                foreach (var damaged in reply.Groups.Where(group => group.Quarantine.Length > 0))
                    people.Line($"Group '{damaged.Name}' on this silo waits to be made whole by its peers: {damaged.Quarantine}");
                foreach (var behind in reply.Groups.Where(group => group.OperationsVersion < group.DeclaredOperationsVersion))
                    people.Line($"Group '{behind.Name}': version {behind.OperationsVersion} of the operations is in force; this silo has {behind.DeclaredOperationsVersion}, which waits until every member has it.");
                foreach (var apart in reply.Groups.Where(group => group.Divergence.Length > 0))
                    people.Line($"Group '{apart.Name}': {apart.Divergence}");
            });
        return ExitCodes.Done;
    }

    private static string? Nothing(string text) => text.Length == 0 ? null : text;

    private static int? Nothing(int version) => version == 0 ? null : version;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
