using System.CommandLine;
using Orleans.Replication.Cli.Output;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Cli.Commands;

/// <summary><c>restore</c>: makes a group from a backup, on one member.</summary>
internal sealed class RestoreCommand : OperatorCommand
{
    private readonly Argument<FileInfo> _file = new("FILE") { Description = "The backup. It is verified first." };

    private readonly Option<DirectoryInfo> _data = new("--data")
    {
        Description = "The data folder of the silo, which is stopped. Its identity.key says which member it is ('keygen' makes it).", HelpName = "DIR", Required = true,
    };

    private readonly Option<string[]> _voters = new("--voters")
    {
        Description = "The voters of the restored group, this one included: 1, 3 or 5 peer ids, or addresses that end in /p2p/ and the id. The same on every member.",
        HelpName = "PEERS", Required = true, AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _cluster = new("--cluster") { Description = "The cluster id of the restored group. Default: that of the backup.", HelpName = "NAME" };
    private readonly Option<string?> _incarnation = new("--incarnation")
    {
        Description = "The name of the group's new life, the same on every member. Needed only when the same backup is restored for the same voters again.", HelpName = "NAME",
    };

    private readonly Option<bool> _replace = new("--replace") { Description = "Moves a group folder that holds data aside, beside where it was. Without it, such a folder is refused. Nothing is ever deleted." };

    public RestoreCommand() : base(
        "restore",
        """
        Makes a group from a backup, on one member. Run it on every voter, from the same backup with the same voters, while all of them are stopped; then start them.

        The restored group is another incarnation: a member of the former group that was not restored is refused by it, and cannot bring back what came after the backup. It joins
        when its group folder is emptied. Never restore a single member to repair it: empty its group folder, and it catches up from the others.
        """)
    {
        Arguments.Add(_file);
        foreach (var option in (Option[])[_data, _voters, _cluster, _incarnation, _replace])
            Options.Add(option);
    }

    protected override async Task<int> RunAsync(ParseResult arguments, Report report, CancellationToken cancellationToken)
    {
        var data = arguments.GetRequiredValue(_data).FullName;
        var restored = await RaftBackup.RestoreAsync(
            arguments.GetRequiredValue(_file).FullName,
            new RaftRestoreOptions
            {
                DataDirectory = data,
                Member = MemberOf(data),
                Voters = [.. arguments.GetRequiredValue(_voters).SelectMany(voters => voters.Split(',', StringSplitOptions.RemoveEmptyEntries)).Select(IdOf)],
                Cluster = arguments.GetValue(_cluster),
                Incarnation = arguments.GetValue(_incarnation),
                ReplaceExisting = arguments.GetValue(_replace),
            },
            cancellationToken).ConfigureAwait(false);
        report.Write(restored, people =>
        {
            people.Line($"Group '{restored.Backup.Group}' is restored in {restored.Folder}, up to log entry {restored.Backup.Index}.");
            if (restored.MovedTo is { } aside)
                people.Line($"What was there is in {aside}.");
            people.Line($"Incarnation {restored.Incarnation}: check that it is the same on every voter before they start.");
        });
        return ExitCodes.Done;
    }

    private static string MemberOf(string data)
    {
        var key = Path.Combine(data, "identity.key");
        if (!File.Exists(key))
            throw new ArgumentException($"'{key}' is missing: nothing says which member this is. Make it with 'orleans-replication keygen --data {data}', or put the silo's own back.");
        using var identity = PeerIdentity.LoadOrCreate(key);
        return identity.PeerId.ToString();
    }

    private static string IdOf(string voter)
    {
        if (PeerId.TryParse(voter, null, out var id))
            return id.ToString();
        return Multiaddr.TryParse(voter, null, out var address) && address.PeerId is { } peer
            ? peer.ToString()
            : throw new ArgumentException($"--voters has '{voter}', which is neither a peer id nor an address that ends in one.");
    }
}
