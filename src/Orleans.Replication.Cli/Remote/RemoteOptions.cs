using System.CommandLine;
using System.CommandLine.Parsing;
using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Cli.Remote;

/// <summary>Which silo is asked, and as whom.</summary>
internal sealed class RemoteOptions
{
    private const string TokenVariable = "ORLEANS_REPLICATION_TOKEN";

    private readonly Option<string> _at = new("--at")
    {
        Description = "The silo's address with its peer id, for example /ip4/10.0.0.1/tcp/4001/p2p/12D3KooW….",
        HelpName = "MULTIADDR",
        Required = true,
    };

    private readonly Option<FileInfo?> _identity = new("--identity")
    {
        Description = "Your identity.key: that of an administrator ('keygen' makes it; the silo names its peer id in Administrators). Default: a new identity, "
            + "which needs a token.",
        HelpName = "FILE",
    };

    private readonly Option<FileInfo?> _tokenFile = new("--token-file")
    {
        Description = $"A file with the silo's AdminToken. Default: the environment variable {TokenVariable}.",
        HelpName = "FILE",
    };

    private readonly Option<int> _timeout = new("--timeout") { Description = "How many seconds the silo may take to answer. Default: 30.", DefaultValueFactory = _ => 30 };

    public RemoteOptions(Command command)
    {
        _at.Validators.Add(RequireAddress);
        foreach (var option in (Option[])[_at, _identity, _tokenFile, _timeout])
            command.Options.Add(option);
    }

    public async Task<AdminClient> ConnectAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var token = arguments.GetValue(_tokenFile) is { } file
            ? (await File.ReadAllTextAsync(file.FullName, cancellationToken).ConfigureAwait(false)).Trim()
            : Environment.GetEnvironmentVariable(TokenVariable) ?? string.Empty;
        return await AdminClient.ConnectAsync(
            Multiaddr.Parse(arguments.GetRequiredValue(_at)), arguments.GetValue(_identity)?.FullName, token, TimeSpan.FromSeconds(arguments.GetValue(_timeout)), cancellationToken)
            .ConfigureAwait(false);
    }

    private void RequireAddress(OptionResult result)
    {
        var text = result.GetValueOrDefault<string>();
        if (text is null || !Multiaddr.TryParse(text, null, out var address) || address.PeerId is null)
            result.AddError($"--at '{text}' is no address of a silo. Write it like /ip4/10.0.0.1/tcp/4001/p2p/12D3KooW…: the peer id says who has to answer.");
    }
}
