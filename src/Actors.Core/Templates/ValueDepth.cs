using System.Text.Json;

namespace Actors.Core.Templates;

/// <summary>Keeps what is made of values as deep as a value may be: put around one, a level may be too many.</summary>
internal static class ValueDepth
{
    /// <summary>The value itself, if it is not nested too deeply.</summary>
    /// <exception cref="TemplateException">It is nested more deeply than <see cref="Payload.DepthMax"/>.</exception>
    public static Payload Checked(Payload value)
    {
        var utf8 = value.Utf8.Span;
        // Most values have too few brackets to be deep, those in their texts counted as well.
        if (utf8.Count((byte)'[') + utf8.Count((byte)'{') <= Payload.DepthMax) return value;
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = Payload.DepthMax });
            while (reader.Read())
            {
                // Reading to the end is the check.
            }
        }
        catch (JsonException e)
        {
            throw new TemplateException(
                $"the value is nested more deeply than {Payload.DepthMax} levels; select less, or put less around it",
                e);
        }

        return value;
    }
}
