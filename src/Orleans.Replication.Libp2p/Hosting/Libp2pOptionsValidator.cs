using Microsoft.Extensions.Options;

namespace Orleans.Replication.Libp2p.Hosting;

/// <summary>Tells at start what is wrong with the options and what to write instead.</summary>
internal sealed class Libp2pOptionsValidator : IValidateOptions<Libp2pOptions>
{
    public ValidateOptionsResult Validate(string? name, Libp2pOptions options)
    {
        try
        {
            options.Validate();
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException error)
        {
            return ValidateOptionsResult.Fail(error.Message);
        }
    }
}
