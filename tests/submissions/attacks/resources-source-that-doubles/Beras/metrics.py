from .core import Callable


def doubled():  # a few levels more, and no machine would have memory enough
    try:
        return 1
    finally:
        try:
            return 1
        finally:
            try:
                return 1
            finally:
                try:
                    return 1
                finally:
                    try:
                        return 1
                    finally:
                        try:
                            return 1
                        finally:
                            try:
                                return 1
                            finally:
                                try:
                                    return 1
                                finally:
                                    try:
                                        return 1
                                    finally:
                                        try:
                                            return 1
                                        finally:
                                            try:
                                                return 1
                                            finally:
                                                pass


class CategoricalAccuracy(Callable):
    def forward(self, probs, labels):
        return None
