using System.CommandLine;
using Orleans.Replication.Administration.Wire;
using Orleans.Replication.Cli.Output;
using Orleans.Replication.Cli.Remote;

namespace Orleans.Replication.Cli.Commands;

/// <summary>A command that asks one running silo.</summary>
internal abstract class RemoteCommand : OperatorCommand
{
    private readonly RemoteOptions _remote;

    protected RemoteCommand(string name, string description) : base(name, description)
    {
        _remote = new RemoteOptions(this);
        Options.Add(Group);
    }

    /// <summary>The group that is meant.</summary>
    protected Option<string> Group { get; } = new("--group") { Description = "The group. Default: default.", HelpName = "NAME", DefaultValueFactory = _ => "default" };

    protected override async Task<int> RunAsync(ParseResult arguments, Report report, CancellationToken cancellationToken)
    {
        var client = await _remote.ConnectAsync(arguments, cancellationToken).ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
            return await AskAsync(client, arguments, report, cancellationToken).ConfigureAwait(false);
    }

    protected abstract Task<int> AskAsync(AdminClient client, ParseResult arguments, Report report, CancellationToken cancellationToken);

    /// <summary>A request about the group that is meant.</summary>
    protected AdminRequest RequestFor(ParseResult arguments) => new() { Group = arguments.GetValue(Group) };
}
