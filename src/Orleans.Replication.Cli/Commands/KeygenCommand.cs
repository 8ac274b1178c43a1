using System.CommandLine;
using Orleans.Replication.Libp2p;

namespace Orleans.Replication.Cli.Commands;

/// <summary>
/// <c>keygen --data DIR</c>: makes the identity of a silo before its first start, so that a script can write the peer list. Prints the peer id
/// alone on its line. An identity that is there already is kept, and its id printed; one that cannot be used is an error and left as it is.
/// </summary>
internal sealed class KeygenCommand : Command
{
    /// <summary>The file that a silo looks for in its data folder (DESIGN 6).</summary>
    private const string FileName = "identity.key";

    private readonly Option<DirectoryInfo> _data = new("--data")
    {
        Description = "The silo's data folder; made when it is missing.",
        HelpName = "DIR",
        Required = true,
    };

    public KeygenCommand() : base("keygen", $"Makes {FileName} in a data folder, or finds the one that is there, and prints the peer id.")
    {
        Options.Add(_data);
        SetAction(Run);
    }

    private int Run(ParseResult arguments)
    {
        try
        {
            using var identity = PeerIdentity.LoadOrCreate(Path.Combine(arguments.GetRequiredValue(_data).FullName, FileName));
            arguments.InvocationConfiguration.Output.WriteLine(identity.PeerId);
            return 0;
        }
        catch (Exception error) when (error is IdentityFileException or IOException or UnauthorizedAccessException)
        {
            arguments.InvocationConfiguration.Error.WriteLine(error.Message);
            return 1;
        }
    }
}
