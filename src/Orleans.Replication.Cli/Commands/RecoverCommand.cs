using System.CommandLine;
using Orleans.Replication.Cli.Output;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Cli.Commands;

/// <summary><c>recover</c>: a group of one out of a survivor.</summary>
internal sealed class RecoverCommand : OperatorCommand
{
    private readonly Option<DirectoryInfo> _data = new("--data") { Description = "The data folder of the survivor, which is stopped.", HelpName = "DIR", Required = true };
    private readonly Option<string> _group = new("--group") { Description = "The group. Default: default.", HelpName = "NAME", DefaultValueFactory = _ => "default" };
    private readonly Option<bool> _consent = new("--i-accept-data-loss") { Description = "Says that you know: what only the lost members had is lost, acknowledged or not." };

    public RecoverCommand() : base(
        "recover",
        """
        Rebuilds a group from one survivor, after a majority of its voters is lost for ever. The last resort: while a majority can come back, wait for it.

        Of several survivors take the one with the longest log: 'log dump' shows the term and index at its end; the higher term wins, then the higher index. The survivor becomes the
        group's only voter, with all that its log has, as another incarnation: a former member that comes back is refused, and joins with an emptied group folder only.
        Make a copy of the data folder first.
        """)
    {
        foreach (var option in (Option[])[_data, _group, _consent])
            Options.Add(option);
    }

    protected override Task<int> RunAsync(ParseResult arguments, Report report, CancellationToken cancellationToken)
    {
        if (!arguments.GetValue(_consent))
            throw new ArgumentException("Writes that only the lost members have are lost by this, also acknowledged ones. Say --i-accept-data-loss to go on.");
        var done = RaftGroupFolder.Recover(arguments.GetRequiredValue(_data).FullName, arguments.GetRequiredValue(_group), acceptDataLoss: true, cancellationToken);
        report.Write(done, people =>
        {
            people.Line($"Member {done.Member} is the only voter of group '{arguments.GetValue(_group)}' now, incarnation {done.Incarnation}, up to log entry {done.LastIndex}.");
            if (done.Undecided > 0)
                people.Line($"The last {done.Undecided} entries were not known to be committed here, and are kept: they may have been acknowledged.");
            people.Line("Configure the silo with itself as its only peer, and start it.");
        });
        return Task.FromResult(ExitCodes.Done);
    }
}
